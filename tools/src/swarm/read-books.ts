import { formatInstant } from '@roamgrid/kernel';
import { DemoFault } from '../demo-fault.js';
import type { DemoGateway } from '../demo-gateway.js';
import {
  bookedCdr,
  bookedSession,
  bookedSuspense,
  type BookedCdr,
  type BookedSession,
  type Books,
} from './booked.js';
import type { OwnRecord } from './own-record.js';
import { readAll } from './read-all.js';

const RATED_MS = 180_000;
const PAGE = 500;
/** CDRs are documents of many kilobytes */
const CDR_PAGE = 100;

export interface BooksQuery {
  readonly utility: string;
  /** of the swarm */
  readonly stationIds: ReadonlySet<string>;
  /** when the swarm began to play */
  readonly sinceMs: number;
  /** when its first charge began, by the stations' clocks */
  readonly chargedSinceMs: number;
  /** records that must show their invoice before the books are read */
  readonly invoiced?: ReadonlySet<string>;
}

/** An ended session is on its way to settlement until it has a record or a reason why not. */
const isSettled = ({ state, cdrId }: BookedSession): boolean => state !== 'ended' || cdrId !== null;

async function sessionsOf(gateway: DemoGateway, query: BooksQuery): Promise<BookedSession[]> {
  const { utility, stationIds, sinceMs } = query;
  const path = `/sessions?role=visited&limit=${String(PAGE)}&from=${formatInstant(sinceMs)}`;
  return gateway.until(`${utility} has rated the swarm`, RATED_MS, async () => {
    const sessions = await readAll(gateway, utility, path, bookedSession);
    const own = sessions.filter(({ stationId }) => stationIds.has(stationId ?? ''));
    return own.every(isSettled) ? own : null;
  });
}

async function cdrsOf(gateway: DemoGateway, query: BooksQuery): Promise<BookedCdr[]> {
  const path = `/cdrs?limit=${String(CDR_PAGE)}&from=${formatInstant(query.chargedSinceMs)}`;
  const cdrs = await readAll(gateway, query.utility, path, bookedCdr);
  return cdrs.filter(({ stationId }) => query.stationIds.has(stationId));
}

async function ownCdrs(gateway: DemoGateway, query: BooksQuery): Promise<BookedCdr[] | null> {
  const cdrs = (await cdrsOf(gateway, query)).filter(({ role }) => role !== 'home');
  const isShown = ({ cdrId, standing }: BookedCdr): boolean =>
    query.invoiced?.has(cdrId) !== true || standing === 'invoiced';
  return cdrs.every(isShown) ? cdrs : null;
}

/** What the public API shows of the swarm at a visited utility, once all of it is rated. */
export async function readBooks(gateway: DemoGateway, query: BooksQuery): Promise<Books> {
  const { utility, stationIds } = query;
  const sessions = await sessionsOf(gateway, query);
  const suspense = await readAll(
    gateway,
    utility,
    `/suspense?limit=${String(PAGE)}`,
    bookedSuspense,
  );
  return {
    sessions,
    suspense: suspense.filter(({ stationId }) => stationIds.has(stationId ?? '')),
    cdrs: await gateway.until(`${utility} shows its invoices`, RATED_MS, () =>
      ownCdrs(gateway, query),
    ),
  };
}

/** Every record of a roaming charge stands at the driver's home too, the same to the byte. */
export async function checkHomeBooks(
  gateway: DemoGateway,
  query: Omit<BooksQuery, 'utility'>,
  visitedCdrs: readonly BookedCdr[],
): Promise<string[]> {
  const roaming = visitedCdrs.filter(({ role }) => role === 'visited');
  const homes = [...new Set(roaming.map(({ homeUtility }) => homeUtility))].sort();
  const differences = await Promise.all(
    homes.map((utility) => {
      const expected = roaming.filter(({ homeUtility }) => homeUtility === utility);
      return compareHome(gateway, { ...query, utility }, expected);
    }),
  );
  return differences.flat();
}

async function compareHome(
  gateway: DemoGateway,
  query: BooksQuery,
  expected: readonly BookedCdr[],
): Promise<string[]> {
  const { utility } = query;
  const received = await gateway
    .until(`${utility} has received the swarm's records`, RATED_MS, async () => {
      const hashes = new Map(
        (await cdrsOf(gateway, query))
          .filter(({ role }) => role === 'home')
          .map(({ cdrId, documentHash }) => [cdrId, documentHash]),
      );
      return expected.every(({ cdrId }) => hashes.has(cdrId)) ? hashes : null;
    })
    .catch((error: unknown) => {
      if (error instanceof DemoFault) return null;
      throw error;
    });
  if (received === null) return [`${utility} has not received all records of its drivers`];
  return expected
    .filter(({ cdrId, documentHash }) => received.get(cdrId) !== documentHash)
    .map(({ cdrId }) => `CDR ${cdrId}: ${utility} holds another document`);
}

/** Visited utilities of the swarm, in order. */
export function visitedBy(records: readonly OwnRecord[]): string[] {
  return [...new Set(records.map(({ visited }) => visited))].sort();
}

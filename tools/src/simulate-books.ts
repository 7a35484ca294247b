import { formatEnergyKwh, parseEnergyKwh, type EnergyMilliWh } from '@roamgrid/kernel';
import { z } from 'zod';
import { sessionPage, type SessionAnswer } from './demo-answers.js';
import type { DemoGateway } from './demo-gateway.js';
import type { OwnRecord } from './simulate-swarm.js';

/** One utility's part of the swarm: what the stations delivered, and what its books have of it. */
export interface Comparison {
  readonly utility: string;
  readonly sessions: number;
  readonly energyKwh: string;
  readonly bookedSessions: number;
  readonly bookedEnergyKwh: string;
  readonly isEqual: boolean;
}

const cdrPage = z.looseObject({
  items: z.array(
    z.looseObject({ cdrId: z.string(), document: z.looseObject({ energyKwh: z.string() }) }),
  ),
  nextCursor: z.string().nullable(),
});
const RATED_MS = 120_000;

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Pages from the newest back, until `isEnough`. */
async function pagesUntil<Item>(
  read: (query: string) => Promise<Page<Item>>,
  isEnough: (items: readonly Item[]) => boolean,
): Promise<Item[]> {
  const found: Item[] = [];
  let query = 'limit=500';
  for (;;) {
    const { items, nextCursor } = await read(query);
    found.push(...items);
    if (nextCursor === null || isEnough(found)) return found;
    query = `limit=500&cursor=${encodeURIComponent(nextCursor)}`;
  }
}

function isOf(record: OwnRecord, session: SessionAnswer): boolean {
  if (record.name === null || session.stationId !== record.stationId) return false;
  return 'sessionId' in record.name
    ? session.sessionId === record.name.sessionId
    : session.transactionId === record.name.transactionId;
}

/** The records of the swarm's sessions, once each has one or time is up. */
async function cdrIdsOf(
  gateway: DemoGateway,
  utility: string,
  own: readonly OwnRecord[],
): Promise<string[]> {
  const deadline = Date.now() + RATED_MS;
  return gateway.until(`${utility} has rated the swarm`, RATED_MS * 2, async () => {
    const matches = (items: readonly SessionAnswer[]): SessionAnswer[] =>
      items.filter((session) => own.some((record) => isOf(record, session)));
    const sessions = await pagesUntil(
      (query) => gateway.get(utility, `/sessions?role=visited&${query}`, sessionPage),
      (items) => matches(items).length >= own.length,
    );
    const ids = matches(sessions).flatMap(({ cdrId }) => cdrId ?? []);
    return ids.length >= own.length || Date.now() > deadline ? ids : null;
  });
}

async function bookedEnergy(
  gateway: DemoGateway,
  utility: string,
  cdrIds: readonly string[],
): Promise<{ count: number; energyMilliWh: EnergyMilliWh }> {
  const wanted = new Set(cdrIds);
  const chosen = <Item extends { cdrId: string }>(items: readonly Item[]): Item[] =>
    items.filter(({ cdrId }) => wanted.has(cdrId));
  const cdrs = await pagesUntil(
    (query) => gateway.get(utility, `/cdrs?${query}`, cdrPage),
    (items) => chosen(items).length >= wanted.size,
  );
  const booked = chosen(cdrs);
  const energyMilliWh = booked.reduce(
    (sum, { document }) => sum + parseEnergyKwh(document.energyKwh),
    0n,
  );
  return { count: booked.length, energyMilliWh };
}

/** Compares what one utility's stations delivered with its charge detail records. */
export async function compareWithBooks(
  gateway: DemoGateway,
  utility: string,
  records: readonly OwnRecord[],
): Promise<Comparison> {
  const own = records.filter(({ visited, name }) => visited === utility && name !== null);
  const energyMilliWh = own.reduce((sum, record) => sum + record.energyMilliWh, 0n);
  const cdrIds = await cdrIdsOf(gateway, utility, own);
  const booked = await bookedEnergy(gateway, utility, cdrIds);
  return {
    utility,
    sessions: own.length,
    energyKwh: formatEnergyKwh(energyMilliWh),
    bookedSessions: booked.count,
    bookedEnergyKwh: formatEnergyKwh(booked.energyMilliWh),
    isEqual: booked.count === own.length && booked.energyMilliWh === energyMilliWh,
  };
}

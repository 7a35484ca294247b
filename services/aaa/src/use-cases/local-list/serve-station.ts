import type { Identity } from '@roamgrid/contracts';
import { z } from 'zod';
import type { AaaParts } from '../../aaa-parts.js';
import type { StationCaller } from '../../command-ports.js';
import type { ListedIdentifier, LocalListStore, StationList } from '../../local-list-ports.js';
import { changeOf, fits, listPayload, type ListProtocol } from './compose-list.js';

export interface ServeListParts extends Pick<AaaParts, 'clock' | 'neighbours'> {
  readonly lists: LocalListStore;
  readonly stationCaller: StationCaller;
}

type Called =
  | { readonly kind: 'answered'; readonly answer: string }
  | { readonly kind: 'unsupported' | 'failed' | 'offline' };

const RETRY_AFTER_MS = 20_000;
const UNSUPPORTED = new Set(['NotSupported', 'NotImplemented']);

const versionAnswer = z.object({
  listVersion: z.int().optional(),
  versionNumber: z.int().optional(),
});
const listAnswer = z.object({ status: z.string() });

/**
 * Brings the list of one connected station up to date: what changed, where it is known what the station has;
 * else all of it. A version is used once, whether it arrived or not.
 */
export async function serveStation(
  parts: ServeListParts,
  list: StationList,
  listed: readonly ListedIdentifier[],
): Promise<void> {
  const protocol = await protocolOf(parts, list.stationId);
  if (protocol === null) return;
  const desired = listed.filter(({ identity }) => fits(protocol, identity));
  const heard = list.standing === 'sure' ? list.version : await hear(parts, list);
  if (heard === null) return;
  const isKnown = list.standing !== 'unknown' && heard === list.version;
  const { isFull, puts, removedKeys } = changeOf(isKnown ? list.entries : null, desired);
  if (isKnown && puts.length + removedKeys.length === 0) {
    await settle(parts, list, list.version, 'sure', list.entries);
    return;
  }
  const opened = await parts.lists.openAll(list.stationClass, removedKeys);
  const removes = removedKeys.flatMap((key): readonly Identity[] => {
    const identity = opened.get(key);
    return identity === undefined ? [] : [identity];
  });
  const version = await parts.lists.claimVersion(list.stationId, Math.max(heard, 0));
  const payload = listPayload(protocol, version, { isFull, puts, removes });
  const called = await call(parts, list.stationId, 'SendLocalList', payload);
  await noteAnswer(parts, list, version, called, desired);
}

/** null where the station is not there */
async function protocolOf(
  { stationCaller }: ServeListParts,
  stationId: string,
): Promise<ListProtocol | null> {
  const request = { stationId, action: 'GetLocalListVersion', payload: '{}' };
  return (await stationCaller.read(request)).protocol;
}

/** The version that the station says it has; null where it told none, which is noted. */
async function hear(parts: ServeListParts, list: StationList): Promise<number | null> {
  const called = await call(parts, list.stationId, 'GetLocalListVersion', '{}');
  if (called.kind === 'answered') {
    const { success, data } = versionAnswer.safeParse(JSON.parse(called.answer));
    const heard = success ? (data.listVersion ?? data.versionNumber) : undefined;
    if (heard !== undefined && heard >= 0) return heard;
    // OCPP 1.6: -1 says that the station has no list at all
    if (heard !== undefined) await settle(parts, list, list.version, 'unsupported', {});
    else await retryLater(parts, list, list.version);
    return null;
  }
  if (called.kind === 'unsupported') await settle(parts, list, list.version, 'unsupported', {});
  if (called.kind === 'failed') await retryLater(parts, list, list.version);
  return null;
}

async function call(
  { stationCaller }: ServeListParts,
  stationId: string,
  action: string,
  payload: string,
): Promise<Called> {
  const reply = await stationCaller.call({ stationId, action, payload });
  switch (reply.outcome) {
    case 'answered':
      return { kind: 'answered', answer: reply.answer };
    case 'error':
      return { kind: UNSUPPORTED.has(reply.code) ? 'unsupported' : 'failed' };
    case 'timeout':
      return { kind: 'failed' };
    case 'offline':
      return { kind: 'offline' };
  }
}

async function noteAnswer(
  parts: ServeListParts,
  list: StationList,
  version: number,
  called: Called,
  desired: readonly ListedIdentifier[],
): Promise<void> {
  const status = called.kind === 'answered' ? statusOf(called.answer) : null;
  if (status === 'Accepted') {
    const entries = Object.fromEntries(
      desired.map(({ identityKey, expiresAt }) => [identityKey, expiresAt]),
    );
    await settle(parts, list, version, 'sure', entries);
  } else if (status === 'NotSupported' || called.kind === 'unsupported') {
    await settle(parts, list, version, 'unsupported', {});
  } else if (status === 'VersionMismatch') {
    // all of it, with the next look
    await settle(parts, list, version, 'unknown', {});
  } else await retryLater(parts, list, version);
}

function statusOf(answer: string): string | null {
  const { success, data } = listAnswer.safeParse(JSON.parse(answer));
  return success ? data.status : null;
}

function settle(
  { lists }: ServeListParts,
  { stationId }: StationList,
  version: number,
  standing: StationList['standing'],
  entries: StationList['entries'],
): Promise<void> {
  return lists.settle(stationId, version, { standing, entries, retryMs: null });
}

function retryLater(
  { lists, clock }: ServeListParts,
  { stationId }: StationList,
  version: number,
): Promise<void> {
  const retryMs = clock.now() + RETRY_AFTER_MS;
  return lists.settle(stationId, version, { standing: 'unknown', entries: {}, retryMs });
}

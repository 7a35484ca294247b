import { divideUp, formatInstant, parseInstant, type EnergyMilliWh } from '@roamgrid/kernel';
import { sessionPage, type SessionAnswer, type StationAnswer } from './demo-answers.js';
import { DemoFault } from './demo-fault.js';
import type { DemoGateway } from './demo-gateway.js';

/** When and where a charge took place: late delivery, so that nobody waits for the energy. */
export interface Slot {
  readonly connectorId: number;
  readonly startMs: number;
  readonly endMs: number;
  /** the connector's register at the start */
  readonly startWh: string;
}

const PAGES = 20;
const GREATEST_AGE_MS = 29 * 24 * 3_600_000;
const MS_PER_HOUR = 3_600_000n;
const FIRST_REGISTER_WH = '1000';

/** How long the connector needs at full power, in whole seconds. */
export function chargingMs(energyMilliWh: EnergyMilliWh, powerW: string): number {
  // mWh · ms/h over mW
  const ms = divideUp(energyMilliWh * MS_PER_HOUR, BigInt(powerW) * 1_000n);
  return Number(divideUp(ms, 1_000n) * 1_000n);
}

/** Sessions of the station that were metered, newest first. */
async function meteredSessions(
  gateway: DemoGateway,
  visited: string,
  stationId: string,
): Promise<SessionAnswer[]> {
  const found: SessionAnswer[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page += 1) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/sessions?role=visited&limit=500${query}`;
    const { items, nextCursor } = await gateway.get(visited, path, sessionPage);
    found.push(...items.filter((item) => item.stationId === stationId && item.meter !== null));
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return found;
}

/** The latest end before `nowMs` for which the connector was free long enough. */
function latestEnd(taken: readonly SessionAnswer[], lengthMs: number, nowMs: number): number {
  let endMs = nowMs;
  const spans = taken
    .filter(({ startAt, endAt }) => typeof startAt === 'string' && typeof endAt === 'string')
    .map(({ startAt, endAt }) => [parseInstant(startAt ?? ''), parseInstant(endAt ?? '')] as const)
    .sort((left, right) => right[1] - left[1]);
  for (const [startMs, stopMs] of spans) {
    if (stopMs > endMs - lengthMs && startMs < endMs) endMs = startMs;
  }
  return endMs;
}

/** Finds a connector and a time in the past that no other charge has. @throws DemoFault */
export async function findSlot(
  gateway: DemoGateway,
  visited: string,
  { document }: StationAnswer,
  energyMilliWh: EnergyMilliWh,
): Promise<Slot> {
  const sessions = await meteredSessions(gateway, visited, document.stationId);
  // whole seconds: stations do not tell milliseconds
  const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
  const slots = document.evses.map(({ connectorId, powerW }): Slot => {
    const own = sessions.filter((session) => session.connectorId === connectorId);
    const lengthMs = chargingMs(energyMilliWh, powerW);
    const endMs = latestEnd(own, lengthMs, nowMs);
    const startWh = own.find(({ meter }) => typeof meter?.stopWh === 'string')?.meter?.stopWh;
    return {
      connectorId,
      startMs: endMs - lengthMs,
      endMs,
      startWh: startWh ?? FIRST_REGISTER_WH,
    };
  });
  const [best] = slots.sort((left, right) => right.endMs - left.endMs);
  if (best === undefined || best.startMs < nowMs - GREATEST_AGE_MS) {
    throw new DemoFault(`${document.stationId} has no free hour left in the last 29 days.`);
  }
  return best;
}

/** The instant after `part` of 4 parts of the slot. */
export function quarterOf(slot: Slot, part: 0 | 1 | 2 | 3 | 4): string {
  const lengthMs = slot.endMs - slot.startMs;
  return formatInstant(slot.startMs + Math.floor((lengthMs * part) / 4));
}

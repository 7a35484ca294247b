import { DemoFault } from '../demo-fault.js';
import { atMost } from './at-most.js';
import { goOffline } from './go-offline.js';
import { othersOf } from './others.js';
import type { OwnRecord } from './own-record.js';
import type { PlannedCharge } from './plan.js';
import type { Planned } from './planned.js';
import { playCharge } from './play-charge.js';
import {
  connectorOf,
  driverOf,
  openStation,
  placeOf,
  registerOf,
  type PlayedStation,
  type Swarm,
} from './played-station.js';
import { writeScript } from './script.js';

/** the gateway takes events as present up to ten minutes back */
const LIVE_MS = 9 * 60_000;
const GREATEST_AGE_MS = 29 * 24 * 3_600_000;
const SECOND_MS = 1_000;
/** stations that talk at the same moment */
const AT_ONCE = 50;

const wholeSeconds = (ms: number): number => Math.floor(ms / SECOND_MS) * SECOND_MS;

/** When the first of these charges begins, so that the last one ends now. */
function beginning({ station, charges, protocol }: PlayedStation): number {
  const lengthMs = charges.reduce((sum, plan) => {
    const { powerW } = connectorOf(station, plan);
    const frame = { plan, protocol, powerW, startMs: 0, registerMilliWh: 0n, liveFromMs: 0 };
    return sum + writeScript(frame).endMs;
  }, 0);
  if (lengthMs > GREATEST_AGE_MS) {
    throw new DemoFault('These are more charges than a station has time for in 29 days.');
  }
  return wholeSeconds(Date.now()) - lengthMs;
}

/** What a station lets begin by its list it lets begin now: the list is of now. */
async function prepare(
  played: PlayedStation,
  wished: PlannedCharge,
  notBeforeMs: number,
): Promise<Planned> {
  const { station, protocol } = played;
  const { connectorId, powerW } = connectorOf(station, wished);
  const listed = wished.behaviour === 'localList' ? await goOffline(played) : null;
  // nobody is on the list: the station lets him charge all the same, and tells it later
  const isUnlisted = wished.behaviour === 'localList' && listed === null;
  const plan = isUnlisted ? { ...wished, behaviour: 'lateStart' as const } : wished;
  const startMs = listed === null ? notBeforeMs : Math.max(notBeforeMs, wholeSeconds(Date.now()));
  const registerMilliWh = registerOf(played, connectorId);
  const liveFromMs = Date.now() - LIVE_MS;
  const script = writeScript({ plan, protocol, startMs, registerMilliWh, powerW, liveFromMs });
  const own = driverOf(played, plan);
  const driver = listed === null ? own : { ...own, cin: listed };
  return { played, plan, driver, script, visit: { connectorId, cin: driver.cin } };
}

/** @returns when the next charge may begin; null where the station cannot go on */
async function playNext(
  played: PlayedStation,
  wished: PlannedCharge,
  notBeforeMs: number,
  records: OwnRecord[],
): Promise<number | null> {
  const { swarm, station, player, registers, seen } = played;
  try {
    const planned = await prepare(played, wished, notBeforeMs);
    const { plan, visit, script } = planned;
    const { connectorId } = visit;
    const registerMilliWh = registerOf(played, connectorId);
    const others = othersOf(planned);
    const charge = { player, visit, behaviour: plan.behaviour, script, others };
    const outcome = await playCharge(charge, records);
    seen.add(visit.cin);
    records.push({ ...placeOf(played, plan.behaviour), ...outcome });
    registers.set(connectorId, registerMilliWh + outcome.energyMilliWh);
    swarm.onPlayed();
    return script.endMs;
  } catch (error) {
    swarm.onFault(station.stationId, error);
    return null;
  }
}

/** A connector's charges one after the other; no two overlap there. */
async function playCharges(played: PlayedStation): Promise<OwnRecord[]> {
  const records: OwnRecord[] = [];
  const isLast = ({ behaviour }: PlannedCharge): boolean => behaviour === 'localList';
  const { charges } = played;
  let startMs: number | null = beginning(played);
  for (const plan of [...charges.filter((one) => !isLast(one)), ...charges.filter(isLast)]) {
    startMs = await playNext(played, plan, startMs, records);
    if (startMs === null) break;
  }
  return records;
}

async function playStation(swarm: Swarm, stationNumber: number): Promise<OwnRecord[]> {
  const played = await openStation(swarm, stationNumber);
  const { player, station, asked } = played;
  try {
    const records = await playCharges(played);
    const heard = player.called?.line.heard ?? [];
    for (const action of asked.actions) swarm.onAsked(action);
    for (const line of asked.compare(station.stationId, heard)) swarm.onDifference(line);
    return records;
  } finally {
    await player.close();
  }
}

/** Plays the whole swarm, its stations at the same time. */
export async function playSwarm(swarm: Swarm): Promise<OwnRecord[]> {
  const numbers = swarm.stations.map((_, index) => index);
  return (await atMost(AT_ONCE, numbers, (number) => playStation(swarm, number))).flat();
}

import { divideDown, parseInstant } from '@roamgrid/kernel';
import type { Planned } from './planned.js';
import type { OwnRecord } from './own-record.js';
import type { PlannedCharge } from './plan.js';
import { playCharge } from './play-charge.js';
import { driverOf, placeOf, registerOf, type PlayedStation } from './played-station.js';
import { writeScript } from './script.js';

const SECOND_MS = 1_000;
const MILLI_WH = 1_000n;
const NOBODY = () => Promise.resolve([]);

/**
 * While a charge runs, a driver of another home charges at the station's other connector, from beginning to end: half the
 * energy, so that it is over before the first one is.
 */
export async function playBeside(
  played: PlayedStation,
  plan: PlannedCharge,
  first: Planned,
): Promise<OwnRecord[]> {
  const { station, protocol, player, registers } = played;
  const { connectorId: taken } = first.visit;
  const free = station.evses.find(({ connectorId }) => connectorId !== taken);
  const beganAt = first.script.readings[0]?.at;
  if (free === undefined || beganAt === undefined) return [];
  const { connectorId, powerW } = free;
  const energyMilliWh = divideDown(plan.energyMilliWh, 2n * MILLI_WH) * MILLI_WH;
  const registerMilliWh = registerOf(played, connectorId);
  const startMs = parseInstant(beganAt) + SECOND_MS;
  const script = writeScript({
    plan: { ...plan, behaviour: 'plain', energyMilliWh, updates: 1 },
    protocol,
    startMs,
    registerMilliWh,
    powerW,
    liveFromMs: first.script.deliveries[0]?.isOffline === true ? Infinity : 0,
  });
  const intruders: OwnRecord[] = [];
  const outcome = await playCharge(
    {
      player: player.beside(),
      visit: { connectorId, cin: driverOf(played, plan).cin },
      behaviour: 'beside',
      script,
      others: {
        before: NOBODY,
        meanwhile: NOBODY,
        start: () => Promise.resolve(null),
        stop: () => Promise.resolve(),
      },
    },
    intruders,
  );
  registers.set(connectorId, registerMilliWh + outcome.energyMilliWh);
  return [...intruders, { ...placeOf(played, 'beside'), ...outcome }];
}

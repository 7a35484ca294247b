import { formatEnergyWh, formatInstant, parseEnergyWh, type EnergyMilliWh } from '@roamgrid/kernel';
import type { DemoGateway } from './demo-gateway.js';
import { chargingMs, findSlot } from './demo-slot.js';
import { playCharge, type ChargeName, type Protocol, type SwarmCharge } from './simulate-charge.js';
import { SeededRandom } from './simulate-random.js';
import type { SwarmStation } from './simulate-stations.js';

/** What the swarm itself knows of a charge. */
export interface OwnRecord {
  readonly stationId: string;
  readonly visited: string;
  readonly protocol: Protocol;
  readonly energyMilliWh: EnergyMilliWh;
  /** null: refused */
  readonly name: ChargeName | null;
}

interface PlannedCharge {
  readonly protocol: Protocol;
  readonly energyMilliWh: EnergyMilliWh;
}

const PROTOCOLS: readonly Protocol[] = ['ocpp2.0.1', 'ocpp1.6', 'http'];
const MILLI_WH = 1_000n;
const LEAST_WH = 500;
const SPREAD_WH = 5_000;
/** Lengths are rounded up to whole seconds; 180 kW for a second. */
const SECOND_AT_FULL_POWER_MILLI_WH = 50_000n;
/** Stations at work at once: fleet drivers may charge at 20 places. */
const AT_ONCE = 8;
/** Fleets, which may charge at many places at once, each away from home. */
const [ALABAMA_FLEET, DUKE_FLEET] = ['84000195013000032191', '84005416012000012317'];

/** Who charges where, how and how much, from the seed alone. */
export function planSwarm(stations: number, sessions: number, seed: number): PlannedCharge[][] {
  const random = new SeededRandom(seed);
  const plans: PlannedCharge[][] = Array.from({ length: stations }, () => []);
  for (let session = 0; session < sessions; session += 1) {
    plans[session % stations]?.push({
      protocol: PROTOCOLS[random.below(PROTOCOLS.length)] ?? 'http',
      energyMilliWh: BigInt(LEAST_WH + random.below(SPREAD_WH)) * MILLI_WH,
    });
  }
  return plans;
}

const driverAt = (visited: string): string =>
  visited === 'duke-energy' ? ALABAMA_FLEET : DUKE_FLEET;

/** A station's charges one after the other, in a stretch of the past that nobody else has. */
async function playStation(
  gateway: DemoGateway,
  station: SwarmStation,
  plan: readonly PlannedCharge[],
): Promise<OwnRecord[]> {
  const { stationId, visited, record } = station;
  const slack = BigInt(plan.length) * SECOND_AT_FULL_POWER_MILLI_WH;
  const whole = plan.reduce((sum, { energyMilliWh }) => sum + energyMilliWh, slack);
  const slot = await findSlot(gateway, visited, record, whole);
  const evse = record.document.evses.find(({ connectorId }) => connectorId === slot.connectorId);
  let atMs = slot.startMs;
  let registerMilliWh = parseEnergyWh(slot.startWh);
  const records: OwnRecord[] = [];
  for (const { protocol, energyMilliWh } of plan) {
    const endMs = atMs + chargingMs(energyMilliWh, evse?.powerW ?? '1');
    const charge: SwarmCharge = {
      station,
      connectorId: slot.connectorId,
      cin: driverAt(visited),
      startWh: formatEnergyWh(registerMilliWh),
      stopWh: formatEnergyWh(registerMilliWh + energyMilliWh),
      startAt: formatInstant(atMs),
      stopAt: formatInstant(endMs),
    };
    const name = await playCharge(gateway, protocol, charge);
    records.push({ stationId, visited, protocol, energyMilliWh, name });
    if (name === null) continue;
    registerMilliWh += energyMilliWh;
    atMs = endMs;
  }
  return records;
}

/** Plays the whole swarm, several stations at once. */
export async function playSwarm(
  gateway: DemoGateway,
  stations: readonly SwarmStation[],
  plans: readonly PlannedCharge[][],
): Promise<OwnRecord[]> {
  const waiting = stations.map((station, index) => ({ station, plan: plans[index] ?? [] }));
  const records: OwnRecord[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (next.plan.length === 0) continue;
      records.push(...(await playStation(gateway, next.station, next.plan)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return records;
}

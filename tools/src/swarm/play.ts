import type { EnergyMilliWh } from '@roamgrid/kernel';
import { DemoFault } from '../demo-fault.js';
import type { DemoGateway } from '../demo-gateway.js';
import { atMost } from './at-most.js';
import type { Protocol } from './behaviours.js';
import { withWrongCheckDigits, type HomeDrivers } from './drivers.js';
import { showElsewhere, showSecondCard } from './intrude.js';
import type { OwnRecord } from './own-record.js';
import type { PlannedCharge, PlannedStation } from './plan.js';
import { playCharge } from './play-charge.js';
import { Player16 } from './player-16.js';
import { Player201 } from './player-201.js';
import { PlayerHttp } from './player-http.js';
import type { StationPlayer, Visit } from './player.js';
import { writeScript } from './script.js';
import type { SwarmStation } from './stations.js';
import type { Timings } from './timings.js';

export interface Swarm {
  readonly gateway: DemoGateway;
  readonly stations: readonly SwarmStation[];
  readonly plans: readonly PlannedStation[];
  readonly drivers: readonly HomeDrivers[];
  readonly timings: Timings;
  /** after each charge */
  readonly onPlayed: () => void;
  /** a station that could not go on, and why */
  readonly onFault: (stationId: string, error: unknown) => void;
}

const FIRST_REGISTER_MILLI_WH = 1_000_000n;
/** the gateway takes events as present up to ten minutes back */
const LIVE_MS = 9 * 60_000;
const GREATEST_AGE_MS = 29 * 24 * 3_600_000;
const SECOND_MS = 1_000;
/** stations that talk at the same moment */
const AT_ONCE = 50;

function connect(swarm: Swarm, station: SwarmStation, protocol: Protocol): Promise<StationPlayer> {
  const { gateway, timings } = swarm;
  const { stationId, password } = station;
  const address = { url: gateway.socketUrl, stationId, password };
  switch (protocol) {
    case 'ocpp2.0.1':
      return Player201.connect(address, timings);
    case 'ocpp1.6':
      return Player16.connect(address, timings);
    case 'http':
      return Promise.resolve(
        new PlayerHttp({ baseUrl: gateway.baseUrl, stationId, password }, timings),
      );
  }
}

/** Who may charge at one place at a time charges at one station only. */
function driverOf(swarm: Swarm, plan: PlannedCharge, stationNumber: number): string {
  const { drivers } = swarm;
  const isBound = plan.driver === 'prepaid' || plan.driver === 'single';
  const homeNumber = isBound ? stationNumber + 1 : plan.homeNumber;
  const home = drivers[homeNumber % drivers.length];
  const pool = home?.[plan.driver] ?? [];
  const index = isBound ? stationNumber / drivers.length : stationNumber;
  const cin = pool[Math.floor(index) % pool.length];
  if (cin === undefined) throw new DemoFault('No driver of this kind was registered.');
  return plan.behaviour === 'wrongCheckDigits' ? withWrongCheckDigits(cin) : cin;
}

function connectorOf({ evses }: SwarmStation, plan: PlannedCharge) {
  const evse = evses[plan.connectorNumber % evses.length];
  if (evse === undefined) throw new DemoFault('A station without a connector cannot charge.');
  return evse;
}

/** When the first of these charges begins, so that the last one ends now. */
function beginning(station: SwarmStation, { charges, protocol }: PlannedStation): number {
  const nowMs = Math.floor(Date.now() / SECOND_MS) * SECOND_MS;
  const lengthMs = charges.reduce((sum, plan) => {
    const { powerW } = connectorOf(station, plan);
    const frame = { plan, protocol, powerW, startMs: 0, registerMilliWh: 0n, liveFromMs: 0 };
    return sum + writeScript(frame).endMs;
  }, 0);
  if (lengthMs > GREATEST_AGE_MS) {
    throw new DemoFault('These are more charges than a station has time for in 29 days.');
  }
  return nowMs - lengthMs;
}

interface PlayedStation extends PlannedStation {
  readonly station: SwarmStation;
  readonly stationNumber: number;
  readonly player: StationPlayer;
}

/** What somebody else does while this charge runs; most often nobody is there. */
function intruderOf(swarm: Swarm, played: PlayedStation, plan: PlannedCharge, visit: Visit) {
  const { station, stationNumber, player, protocol } = played;
  const { stationId, visited } = station;
  const common = { stationId, visited, protocol, behaviour: plan.behaviour };
  return async (): Promise<OwnRecord[]> => {
    switch (plan.behaviour) {
      case 'twoCards': {
        const other = { ...plan, homeNumber: plan.homeNumber + 1 };
        const cin = driverOf(swarm, other, stationNumber);
        return showSecondCard(player, { ...visit, cin }, common);
      }
      case 'cardElsewhere': {
        const other = swarm.stations.find(
          (one) => one.visited === visited && one.stationId !== stationId,
        );
        const { gateway, timings } = swarm;
        const { baseUrl } = gateway;
        if (other === undefined) return [];
        return showElsewhere(other, visit.cin, { baseUrl, timings }, common);
      }
      default:
        return [];
    }
  };
}

async function playCharges(swarm: Swarm, played: PlayedStation): Promise<OwnRecord[]> {
  const { station, stationNumber, player, protocol, charges } = played;
  const { stationId, visited } = station;
  const registers = new Map<number, EnergyMilliWh>();
  const records: OwnRecord[] = [];
  let startMs = beginning(station, played);
  for (const plan of charges) {
    const { behaviour } = plan;
    const { connectorId, powerW } = connectorOf(station, plan);
    const registerMilliWh = registers.get(connectorId) ?? FIRST_REGISTER_MILLI_WH;
    const liveFromMs = Date.now() - LIVE_MS;
    const script = writeScript({ plan, protocol, startMs, registerMilliWh, powerW, liveFromMs });
    const visit = { connectorId, cin: driverOf(swarm, plan, stationNumber) };
    const intrude = intruderOf(swarm, played, plan, visit);
    const charge = { player, visit, behaviour, script, intrude };
    const outcome = await playCharge(charge, records).catch((error: unknown) => {
      swarm.onFault(stationId, error);
      return null;
    });
    if (outcome === null) break;
    records.push({ stationId, visited, protocol, behaviour, ...outcome });
    swarm.onPlayed();
    startMs = script.endMs;
    registers.set(connectorId, registerMilliWh + outcome.energyMilliWh);
  }
  return records;
}

/** A station's charges one after the other; no two overlap. */
async function playStation(swarm: Swarm, stationNumber: number): Promise<OwnRecord[]> {
  const station = swarm.stations[stationNumber];
  const planned = swarm.plans[stationNumber];
  if (station === undefined || planned === undefined) throw new RangeError('one plan a station');
  const player = await connect(swarm, station, planned.protocol);
  try {
    return await playCharges(swarm, { ...planned, station, stationNumber, player });
  } finally {
    await player.close();
  }
}

/** Plays the whole swarm, its stations at the same time. */
export async function playSwarm(swarm: Swarm): Promise<OwnRecord[]> {
  const numbers = swarm.stations.map((_, index) => index);
  return (await atMost(AT_ONCE, numbers, (number) => playStation(swarm, number))).flat();
}

import type { EnergyMilliWh } from '@roamgrid/kernel';
import { DemoFault } from '../demo-fault.js';
import type { DemoGateway } from '../demo-gateway.js';
import { AskedCalls } from './desk.js';
import { withWrongCheckDigits, type HomeDrivers } from './drivers.js';
import type { OwnRecord } from './own-record.js';
import type { PlannedCharge, PlannedStation } from './plan.js';
import { Player16 } from './player-16.js';
import { Player201 } from './player-201.js';
import { PlayerHttp } from './player-http.js';
import type { StationPlayer } from './player.js';
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
  /** a station was called for this */
  readonly onAsked: (action: string) => void;
  /** what differs between what stations were called for and what they heard */
  readonly onDifference: (line: string) => void;
}

/** A driver as the swarm knows him. */
export interface SwarmDriver {
  readonly cin: string;
  readonly home: string;
}

/** A station while its charges are played. */
export interface PlayedStation extends PlannedStation {
  readonly swarm: Swarm;
  readonly station: SwarmStation;
  readonly stationNumber: number;
  readonly player: StationPlayer;
  /** by connector, as the meter stands */
  readonly registers: Map<number, EnergyMilliWh>;
  /** whoever showed a card here */
  readonly seen: Set<string>;
  readonly asked: AskedCalls;
}

const FIRST_REGISTER_MILLI_WH = 1_000_000n;

function connect(
  swarm: Swarm,
  station: SwarmStation,
  plan: PlannedStation,
): Promise<StationPlayer> {
  const { gateway, timings } = swarm;
  const { stationId, password } = station;
  const address = { url: gateway.socketUrl, stationId, password };
  switch (plan.protocol) {
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

export async function openStation(swarm: Swarm, stationNumber: number): Promise<PlayedStation> {
  const station = swarm.stations[stationNumber];
  const plan = swarm.plans[stationNumber];
  if (station === undefined || plan === undefined) throw new RangeError('one plan a station');
  const player = await connect(swarm, station, plan);
  return {
    ...plan,
    swarm,
    station,
    stationNumber,
    player,
    registers: new Map(),
    seen: new Set(),
    asked: new AskedCalls(),
  };
}

/** Who may charge at one place at a time charges at one station only. */
export function driverOf(
  { swarm: { drivers }, stationNumber }: Pick<PlayedStation, 'swarm' | 'stationNumber'>,
  plan: PlannedCharge,
): SwarmDriver {
  const isBound = plan.driver === 'prepaid' || plan.driver === 'single';
  const homeNumber = isBound ? stationNumber + 1 : plan.homeNumber;
  const home = drivers[homeNumber % drivers.length];
  const pool = home?.[plan.driver] ?? [];
  const index = isBound ? stationNumber / drivers.length : stationNumber;
  const cin = pool[Math.floor(index) % pool.length];
  if (home === undefined || cin === undefined) {
    throw new DemoFault('No driver of this kind was registered.');
  }
  const isWrong = plan.behaviour === 'wrongCheckDigits';
  return { cin: isWrong ? withWrongCheckDigits(cin) : cin, home: home.utility };
}

export function connectorOf({ evses }: SwarmStation, plan: PlannedCharge) {
  const evse = evses[plan.connectorNumber % evses.length];
  if (evse === undefined) throw new DemoFault('A station without a connector cannot charge.');
  return evse;
}

export function registerOf({ registers }: PlayedStation, connectorId: number): EnergyMilliWh {
  return registers.get(connectorId) ?? FIRST_REGISTER_MILLI_WH;
}

/** What every record of a charge here says. */
export function placeOf(
  { station, protocol }: PlayedStation,
  behaviour: OwnRecord['behaviour'],
): Pick<OwnRecord, 'stationId' | 'visited' | 'timeZone' | 'protocol' | 'behaviour'> {
  const { stationId, visited, timeZone } = station;
  return { stationId, visited, timeZone, protocol, behaviour };
}

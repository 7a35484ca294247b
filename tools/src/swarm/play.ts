import type { EnergyMilliWh } from '@roamgrid/kernel';
import { DemoFault } from '../demo-fault.js';
import type { DemoGateway } from '../demo-gateway.js';
import { atMost } from './at-most.js';
import type { BehaviourName, Protocol } from './behaviours.js';
import { withWrongCheckDigits, type HomeDrivers } from './drivers.js';
import type { PlannedCharge, PlannedStation } from './plan.js';
import { Player16 } from './player-16.js';
import { Player201 } from './player-201.js';
import { PlayerHttp } from './player-http.js';
import type { ChargeName, StationPlayer } from './player.js';
import { writeScript, type ChargeScript, type MeterStep } from './script.js';
import type { SwarmStation } from './stations.js';
import type { Timings } from './timings.js';

/** What the swarm itself knows of a charge, from what its stations metered and were told. */
export interface OwnRecord {
  readonly stationId: string;
  readonly visited: string;
  readonly protocol: Protocol;
  readonly behaviour: BehaviourName;
  /** `left`: the driver went away after the quote */
  readonly told: 'charged' | 'refused' | 'left';
  /** as the station was told it */
  readonly reason: string | null;
  /** null: the gateway named no session, and no energy flowed */
  readonly name: ChargeName | null;
  readonly energyMilliWh: EnergyMilliWh;
}

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

/** Prepaid drivers charge at one station only, since they may charge at one place at a time. */
function driverOf(swarm: Swarm, plan: PlannedCharge, stationNumber: number): string {
  const { drivers } = swarm;
  const homeNumber = plan.driver === 'prepaid' ? stationNumber + 1 : plan.homeNumber;
  const home = drivers[homeNumber % drivers.length];
  const pool = home?.[plan.driver] ?? [];
  const index = plan.driver === 'prepaid' ? stationNumber / drivers.length : stationNumber;
  const cin = pool[Math.floor(index) % pool.length];
  if (cin === undefined) throw new DemoFault('No driver of this kind was registered.');
  return plan.behaviour === 'wrongCheckDigits' ? withWrongCheckDigits(cin) : cin;
}

/** A start that may not charge is ended where it began: the station gives no energy. */
function endAtOnce(start: MeterStep): MeterStep {
  return { ...start, kind: 'stop', sequenceNumber: start.sequenceNumber + 1 };
}

type Outcome = Pick<OwnRecord, 'told' | 'reason' | 'name' | 'energyMilliWh'>;

async function deliverAll(player: StationPlayer, script: ChargeScript): Promise<Outcome> {
  const { deliveries, energyMilliWh } = script;
  for (const step of deliveries) {
    const decision = await player.deliver(step);
    if (step.kind !== 'start' || decision.isAccepted) continue;
    await player.deliver(endAtOnce(step));
    return { told: 'refused', reason: decision.reason, name: player.name(), energyMilliWh: 0n };
  }
  return { told: 'charged', reason: null, name: player.name(), energyMilliWh };
}

/** A station that gives energy though the driver was refused. */
async function deliverDespite(player: StationPlayer, script: ChargeScript): Promise<Outcome> {
  let reason: string | null = null;
  for (const step of script.deliveries) {
    const decision = await player.deliver(step);
    if (!decision.isAccepted) reason = decision.reason;
  }
  const { energyMilliWh } = script;
  return { told: 'refused', reason, name: player.name(), energyMilliWh };
}

async function playCharge(
  player: StationPlayer,
  visit: { readonly connectorId: number; readonly cin: string },
  plan: PlannedCharge,
  script: ChargeScript,
): Promise<Outcome> {
  if (plan.behaviour === 'energyOfRefused') {
    await player.begin(visit);
    return deliverDespite(player, script);
  }
  const decision = await player.authorize(visit);
  if (!decision.isAccepted) {
    return { told: 'refused', reason: decision.reason, name: player.name(), energyMilliWh: 0n };
  }
  if (plan.behaviour === 'declined') {
    return { told: 'left', reason: null, name: player.name(), energyMilliWh: 0n };
  }
  await player.begin(visit);
  return deliverAll(player, script);
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

/** A station's charges one after the other; no two overlap. */
async function playStation(swarm: Swarm, stationNumber: number): Promise<OwnRecord[]> {
  const station = swarm.stations[stationNumber];
  const planned = swarm.plans[stationNumber];
  if (station === undefined || planned === undefined) throw new RangeError('one plan a station');
  const { protocol, charges } = planned;
  const player = await connect(swarm, station, protocol);
  try {
    return await playCharges(swarm, { station, stationNumber, player, protocol, charges });
  } finally {
    await player.close();
  }
}

interface PlayedStation extends PlannedStation {
  readonly station: SwarmStation;
  readonly stationNumber: number;
  readonly player: StationPlayer;
}

async function playCharges(swarm: Swarm, played: PlayedStation): Promise<OwnRecord[]> {
  const { station, stationNumber, player, protocol, charges } = played;
  const registers = new Map<number, EnergyMilliWh>();
  const records: OwnRecord[] = [];
  let startMs = beginning(station, played);
  for (const plan of charges) {
    const { connectorId, powerW } = connectorOf(station, plan);
    const registerMilliWh = registers.get(connectorId) ?? FIRST_REGISTER_MILLI_WH;
    const liveFromMs = Date.now() - LIVE_MS;
    const script = writeScript({ plan, protocol, startMs, registerMilliWh, powerW, liveFromMs });
    const visit = { connectorId, cin: driverOf(swarm, plan, stationNumber) };
    const { stationId, visited } = station;
    const outcome = await playCharge(player, visit, plan, script).catch((error: unknown) => {
      swarm.onFault(stationId, error);
      return null;
    });
    if (outcome === null) break;
    records.push({ stationId, visited, protocol, behaviour: plan.behaviour, ...outcome });
    swarm.onPlayed();
    startMs = script.endMs;
    registers.set(connectorId, registerMilliWh + outcome.energyMilliWh);
  }
  return records;
}

/** Plays the whole swarm, its stations at the same time. */
export async function playSwarm(swarm: Swarm): Promise<OwnRecord[]> {
  const numbers = swarm.stations.map((_, index) => index);
  return (await atMost(AT_ONCE, numbers, (number) => playStation(swarm, number))).flat();
}

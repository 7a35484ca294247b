import { formatEnergyWh, formatInstant, type EnergyMilliWh } from '@roamgrid/kernel';
import type { BehaviourName, Protocol } from './behaviours.js';
import {
  apartMs,
  distorted,
  readingsOf,
  type MeteredFrame,
  type OwnReading,
  type Reading,
} from './readings.js';

/** Why a charge ends, as OCPP 1.6 and 2.0.1 both name it. */
export type StopReason = 'Local' | 'EVDisconnected' | 'EmergencyStop' | 'PowerLoss' | 'Remote';

/** One event of a charge, as the station keeps it until it is delivered. */
export interface MeterStep {
  readonly kind: 'start' | 'update' | 'stop';
  readonly sequenceNumber: number;
  readonly at: string;
  readonly meterWh: string;
  /** delivered late */
  readonly isOffline: boolean;
  /** connected, no energy flows */
  readonly isIdle: boolean;
  readonly stopReason: StopReason;
  /** the station was without power and connects anew before it tells this */
  readonly isAfterOutage: boolean;
}

export interface ChargeFrame extends MeteredFrame {
  readonly protocol: Protocol;
  /** what lies before this is delivered as late */
  readonly liveFromMs: number;
}

/** A charge's events in the order of delivery, and what the station's meter and clock say after it. */
export interface ChargeScript {
  readonly deliveries: readonly MeterStep[];
  /** what the registers prove: the swarm's own figure */
  readonly energyMilliWh: EnergyMilliWh;
  /** what of it was told in time to count, in the order of the station's clock */
  readonly readings: readonly OwnReading[];
  readonly endMs: number;
  readonly registerAfterMilliWh: EnergyMilliWh;
}

const SECOND_MS = 1_000;
/** the station's line was down meanwhile */
const TOLD_LATER: ReadonlySet<BehaviourName> = new Set(['late', 'lateStart', 'localList']);

function stopReasonOf(behaviour: BehaviourName): StopReason {
  switch (behaviour) {
    case 'cablePulled':
      return 'EVDisconnected';
    case 'emergencyStop':
      return 'EmergencyStop';
    case 'powerLoss':
      return 'PowerLoss';
    case 'remoteStop':
      return 'Remote';
    default:
      return 'Local';
  }
}

/** A clock that is a day behind knows of no delay: its station tells the charge as if it were now. */
function isToldLate({ plan, startMs, liveFromMs }: ChargeFrame): boolean {
  if (plan.behaviour === 'clockDay') return false;
  return TOLD_LATER.has(plan.behaviour) || startMs < liveFromMs;
}

function stepsOf(frame: ChargeFrame, readings: readonly Reading[]): MeterStep[] {
  const { behaviour } = frame.plan;
  const isLate = isToldLate(frame);
  return readings.map(({ atMs, registerMilliWh, isIdle }, index) => {
    const isStop = index === readings.length - 1;
    const isAfterOutage = behaviour === 'powerLoss' && isStop;
    return {
      kind: index === 0 ? 'start' : isStop ? 'stop' : 'update',
      sequenceNumber: index,
      at: formatInstant(atMs),
      meterWh: formatEnergyWh(registerMilliWh),
      isOffline: isLate || isAfterOutage,
      isIdle,
      stopReason: stopReasonOf(behaviour),
      isAfterOutage,
    };
  });
}

/** Another register under a number that was delivered already. */
function changed(step: MeterStep): MeterStep {
  return { ...step, meterWh: `${step.meterWh}9` };
}

function inDelivery({ plan, protocol }: ChargeFrame, steps: readonly MeterStep[]): MeterStep[] {
  const [start, ...later] = steps;
  const stop = later.at(-1);
  const updates = later.slice(0, -1);
  if (start === undefined || stop === undefined) return [...steps];
  switch (plan.behaviour) {
    case 'registersOnly':
      return [start, { ...stop, sequenceNumber: 1 }];
    case 'duplicated':
      return steps.flatMap((step) => [step, step]);
    case 'outOfOrder':
      // only OCPP 2.0.1 names its transaction itself, so that even the start may come last
      return protocol === 'ocpp2.0.1' ? [...updates, stop, start] : [start, stop, ...updates];
    case 'changedRepeat':
      return [start, ...updates.flatMap((step) => [step, changed(step)]), stop];
    case 'lostStop':
      return [start, ...updates];
    default:
      return [...steps];
  }
}

function provenEnergy(
  deliveries: readonly MeterStep[],
  frame: ChargeFrame,
  readings: readonly Reading[],
): EnergyMilliWh {
  const delivered = new Set(deliveries.map(({ at }) => at));
  const registers = readings
    .filter(({ atMs }) => delivered.has(formatInstant(atMs)))
    .map(({ registerMilliWh }) => registerMilliWh);
  const greatest = registers.reduce((most, one) => (one > most ? one : most), 0n);
  return greatest - frame.registerMilliWh;
}

/** Only OCPP 2.0.1 numbers its events; elsewhere what comes after the stop is too late. */
function toldReadings(
  { protocol }: ChargeFrame,
  deliveries: readonly MeterStep[],
  readings: readonly Reading[],
): OwnReading[] {
  const stop = deliveries.findIndex(({ kind }) => kind === 'stop');
  const inTime = protocol === 'ocpp2.0.1' || stop < 0 ? deliveries : deliveries.slice(0, stop + 1);
  const told = new Set(inTime.map(({ at }) => at));
  // what a register says that fell below its start is no reading; those at both ends count
  const [first] = readings;
  return readings
    .filter(({ registerMilliWh }) => registerMilliWh >= (first?.registerMilliWh ?? 0n))
    .map(({ atMs, registerMilliWh }) => ({
      at: formatInstant(atMs),
      meterWh: formatEnergyWh(registerMilliWh),
    }))
    .filter(({ at }) => told.has(at));
}

/** What a station does about one charge, trouble included; pure. */
export function writeScript(planned: ChargeFrame): ChargeScript {
  const marginMs = apartMs(planned.plan.behaviour);
  const frame = { ...planned, startMs: planned.startMs + marginMs };
  const truth = readingsOf(frame);
  const readings = distorted(frame, truth);
  const deliveries = inDelivery(frame, stepsOf(frame, readings));
  const energyMilliWh = provenEnergy(deliveries, frame, readings);
  return {
    deliveries,
    energyMilliWh,
    readings: toldReadings(frame, deliveries, readings),
    endMs: (truth.at(-1)?.atMs ?? frame.startMs) + marginMs + SECOND_MS,
    registerAfterMilliWh: frame.registerMilliWh + energyMilliWh,
  };
}

import { divideDown, formatEnergyWh, formatInstant, type EnergyMilliWh } from '@roamgrid/kernel';
import { chargingMs } from '../demo-slot.js';
import type { Protocol } from './behaviours.js';
import type { PlannedCharge } from './plan.js';

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
}

export interface ChargeFrame {
  readonly plan: PlannedCharge;
  readonly protocol: Protocol;
  readonly startMs: number;
  /** the connector's register at the start */
  readonly registerMilliWh: EnergyMilliWh;
  readonly powerW: string;
  /** what lies before this is delivered as late */
  readonly liveFromMs: number;
}

/** A charge's events in the order of delivery, and what the station's meter and clock say after it. */
export interface ChargeScript {
  readonly deliveries: readonly MeterStep[];
  /** what the registers prove: the swarm's own figure */
  readonly energyMilliWh: EnergyMilliWh;
  readonly endMs: number;
  readonly registerAfterMilliWh: EnergyMilliWh;
}

const PARKED_MS = 60_000;
const SECOND_MS = 1_000;
/** far more than any connector delivers in minutes */
const IMPLAUSIBLE_MILLI_WH = 9_000_000_000n;

interface Reading {
  readonly atMs: number;
  readonly registerMilliWh: EnergyMilliWh;
  readonly isIdle: boolean;
}

/** OCPP 1.6 tells whole watt-hours at start and stop. */
const MILLI_WH = 1_000n;

function partOf(energyMilliWh: EnergyMilliWh, part: bigint, parts: bigint): EnergyMilliWh {
  if (part === parts) return energyMilliWh;
  return divideDown(energyMilliWh * part, parts * MILLI_WH) * MILLI_WH;
}

/** Evenly spaced readings, the first at the start and the last at the end. */
function readingsOf({ plan, startMs, registerMilliWh, powerW }: ChargeFrame): Reading[] {
  const { energyMilliWh, updates, behaviour } = plan;
  const parts = updates + 1;
  const lengthMs = Math.max(chargingMs(energyMilliWh, powerW), parts * SECOND_MS);
  const stepMs = Math.ceil(lengthMs / parts / SECOND_MS) * SECOND_MS;
  const readings = Array.from({ length: parts + 1 }, (_, part) => ({
    atMs: startMs + part * stepMs,
    registerMilliWh: registerMilliWh + partOf(energyMilliWh, BigInt(part), BigInt(parts)),
    isIdle: energyMilliWh === 0n && part > 0,
  }));
  const last = readings.at(-1);
  if (behaviour !== 'parked' || last === undefined) return readings;
  return [...readings, { ...last, atMs: last.atMs + PARKED_MS, isIdle: true }];
}

function stepsOf(frame: ChargeFrame, readings: readonly Reading[]): MeterStep[] {
  const isLate = frame.plan.behaviour === 'late' || frame.startMs < frame.liveFromMs;
  return readings.map(({ atMs, registerMilliWh, isIdle }, index) => ({
    kind: index === 0 ? 'start' : index === readings.length - 1 ? 'stop' : 'update',
    sequenceNumber: index,
    at: formatInstant(atMs),
    meterWh: formatEnergyWh(registerMilliWh),
    isOffline: isLate,
    isIdle,
  }));
}

/** What the last register reads when the meter is at fault. */
function distorted(frame: ChargeFrame, readings: readonly Reading[]): Reading[] {
  const last = readings.at(-1);
  if (last === undefined) return [];
  const others = readings.slice(0, -1);
  switch (frame.plan.behaviour) {
    case 'meterReset':
      return [...others, { ...last, registerMilliWh: 0n }];
    case 'implausible':
      return [...others, { ...last, registerMilliWh: last.registerMilliWh + IMPLAUSIBLE_MILLI_WH }];
    default:
      return [...readings];
  }
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

/** What a station does about one charge, trouble included; pure. */
export function writeScript(frame: ChargeFrame): ChargeScript {
  const readings = distorted(frame, readingsOf(frame));
  const deliveries = inDelivery(frame, stepsOf(frame, readings));
  const energyMilliWh = provenEnergy(deliveries, frame, readings);
  return {
    deliveries,
    energyMilliWh,
    endMs: (readings.at(-1)?.atMs ?? frame.startMs) + SECOND_MS,
    registerAfterMilliWh: frame.registerMilliWh + energyMilliWh,
  };
}

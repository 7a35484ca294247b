import { divideDown, type EnergyMilliWh } from '@roamgrid/kernel';
import { chargingMs } from '../demo-slot.js';
import type { BehaviourName } from './behaviours.js';
import type { PlannedCharge } from './plan.js';

/** What the meter of a charge tells at one instant of the station's clock. */
export interface Reading {
  readonly atMs: number;
  readonly registerMilliWh: EnergyMilliWh;
  readonly isIdle: boolean;
}

/** A register as the station told it. */
export interface OwnReading {
  /** RFC 3339, by the station's clock */
  readonly at: string;
  readonly meterWh: string;
}

export interface MeteredFrame {
  readonly plan: PlannedCharge;
  readonly startMs: number;
  /** the connector's register at the start */
  readonly registerMilliWh: EnergyMilliWh;
  readonly powerW: string;
}

const SECOND_MS = 1_000;
const PARKED_MS = 60_000;
const DAY_MS = 86_400_000;
const FIVE_MINUTES_MS = 300_000;
/** far more than any connector delivers in minutes */
const IMPLAUSIBLE_MILLI_WH = 9_000_000_000n;
/** OCPP 1.6 tells whole watt-hours at start and stop. */
const MILLI_WH = 1_000n;

function partOf(energyMilliWh: EnergyMilliWh, part: bigint, parts: bigint): EnergyMilliWh {
  if (part === parts) return energyMilliWh;
  return divideDown(energyMilliWh * part, parts * MILLI_WH) * MILLI_WH;
}

/** Evenly spaced readings, the first at the start and the last at the end, as the truth is. */
export function readingsOf(frame: MeteredFrame): Reading[] {
  const { plan, startMs, registerMilliWh, powerW } = frame;
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

/** What a meter or a clock at fault makes of it. */
export function distorted(frame: MeteredFrame, readings: readonly Reading[]): Reading[] {
  const last = readings.at(-1);
  if (last === undefined) return [];
  const others = readings.slice(0, -1);
  switch (frame.plan.behaviour) {
    case 'meterReset':
      return [...others, { ...last, registerMilliWh: 0n }];
    case 'implausible':
      return [...others, { ...last, registerMilliWh: last.registerMilliWh + IMPLAUSIBLE_MILLI_WH }];
    case 'meterBackwards':
      return readings.map((reading, index) =>
        index === 1 ? { ...reading, registerMilliWh: frame.registerMilliWh - MILLI_WH } : reading,
      );
    default:
      return readings.map((reading) => ({
        ...reading,
        atMs: reading.atMs + clockErrorMs(frame.plan.behaviour, frame.startMs),
      }));
  }
}

/** By how much the station's clock differs from the truth. */
export function clockErrorMs(behaviour: BehaviourName, startMs: number): number {
  switch (behaviour) {
    case 'clockSecond':
      return SECOND_MS;
    case 'clockFiveMinutes':
      return -FIVE_MINUTES_MS;
    case 'clockDay':
      return -DAY_MS;
    case 'clock1970':
      return -startMs;
    default:
      return 0;
  }
}

/** Nobody else charges so long before and after: a clock that is a little wrong shows no two at once. */
export function apartMs(behaviour: BehaviourName): number {
  return behaviour === 'clockSecond' || behaviour === 'clockFiveMinutes' ? FIVE_MINUTES_MS : 0;
}

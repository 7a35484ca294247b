import { formatEnergyWh, type InstantMs, parseInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { EventReply, Station, UnitOfWork } from '../../ports.js';
import {
  energyOf,
  judgeReadings,
  registerOf,
  TEN_MINUTES_MS,
  type MeteringFault,
} from '../../session/metering.js';
import type { Session, SessionReading, TransactionEvent } from '../../session/session.js';

/** What every step of a charge works with; one transaction. */
export interface ChargeStep {
  readonly parts: AaaParts;
  readonly unit: UnitOfWork;
  readonly station: Station;
  readonly event: TransactionEvent;
  /** the event that was delivered now; earlier ones may be applied with it */
  readonly delivered: TransactionEvent;
  readonly transactionId: string;
}

/** The part of a step that can be decided without a word to the database. */
export type MeterStep = Omit<ChargeStep, 'unit' | 'delivered'>;

/** What a step did: to which session, and what the station is answered. */
export interface Applied {
  readonly session: Session | null;
  readonly reply: EventReply;
  /** the event has no part in any charge: kept as evidence only */
  readonly isSetAside?: boolean;
}

export interface AppliedToSession extends Applied {
  readonly session: Session;
}

/** The event's register readings, each with what the station was doing. */
export function readingsOf(event: TransactionEvent): SessionReading[] {
  const activity = event.activity ?? 'charging';
  return event.readings.map((reading) => ({
    ...reading,
    meterWh: registerOf(reading.meterWh),
    activity,
  }));
}

export interface TakenReadings {
  readonly accepted: SessionReading[];
  readonly faults: readonly { reading: SessionReading; fault: MeteringFault }[];
}

/** The session's readings with the event's, as far as these contradict neither the clock nor the others. */
export function takeReadings(step: MeterStep, session: Session): TakenReadings {
  return judgeReadings(readingsOf(step.event), {
    known: session.progress.readings,
    notBeforeMs: beginningOf(session),
    nowMs: step.parts.clock.now(),
  });
}

/**
 * The readings of a session in suspense are evidence of its energy: they are judged by each other and by the
 * station's own clock, however wrong it is. A start that fits nothing told after it is no evidence.
 */
export function takeEvidence(step: ChargeStep, session: Session): TakenReadings {
  const { readings: known, startAt } = session.progress;
  const frame = { notBeforeMs: beginningOf(session), nowMs: parseInstant(step.event.at) };
  const told = readingsOf(step.event);
  const taken = judgeReadings(told, { ...frame, known });
  const isStartAlone = known.length === 1 && known[0]?.at === startAt;
  if (taken.faults.length === 0 || !isStartAlone) return taken;
  const without = judgeReadings(told, { ...frame, known: [], notBeforeMs: null });
  return without.faults.length === 0 ? without : taken;
}

/** A start without a register is placed by its own clock alone, which may differ from the meter's. */
function beginningOf({ progress }: Session): InstantMs | null {
  const [first] = progress.readings;
  if (first !== undefined) return parseInstant(first.at);
  return progress.startAt === null ? null : parseInstant(progress.startAt) - TEN_MINUTES_MS;
}

/**
 * Opens suspense for this event: kept with its evidence, visible to staff, never rated by itself. Where
 * the whole session is set aside, its readings and the energy between them are evidence too.
 */
export async function quarantine(
  step: ChargeStep,
  code: string,
  detail: string,
  session: Session | null,
  setAside: readonly SessionReading[] = [],
): Promise<void> {
  const { parts, unit, event, transactionId } = step;
  await unit.suspense.open({
    suspenseId: parts.ids.uuid(),
    atMs: parts.clock.now(),
    stationId: event.stationId,
    sessionId: session?.sessionId ?? null,
    transactionId,
    code,
    detail,
    evidence: {
      step: event.step,
      at: event.at,
      naturalKey: event.naturalKey,
      readings: event.readings,
      setAside,
      energyWh: formatEnergyWh(energyOf(setAside)),
    },
  });
}

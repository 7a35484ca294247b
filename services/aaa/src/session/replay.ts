import type { EventReply } from '../ports.js';
import { parseInstant, type InstantMs } from '@roamgrid/kernel';
import { judgeReadings, registerOf, TEN_MINUTES_MS } from './metering.js';
import type { SessionReading, TransactionEvent } from './session.js';

/** A raw event of a session as the inbox keeps it, in the order of arrival. */
export interface StoredEvent {
  readonly event: TransactionEvent;
  readonly receivedMs: InstantMs;
  /** why the whole event has no part in the charge */
  readonly quarantined: EventReply['quarantined'];
}

/** Codes under which an event as a whole was set aside; under others single readings of it were. */
const WHOLE_EVENT: ReadonlySet<string | null> = new Set([
  'conflicting_start',
  'conflicting_stop',
  'conflicting_duplicate',
  'sequence_invalid',
  'transaction_reused',
]);

const STEP_ORDER: Readonly<Record<TransactionEvent['step'], number>> = {
  started: 0,
  updated: 1,
  ended: 2,
};

/** What came before its start was joined to it in its own order; all else in the order of arrival. */
function inOrderOfEffect(events: readonly StoredEvent[]): StoredEvent[] {
  const start = events.findIndex(({ event }) => event.step === 'started');
  const joined = events
    .slice(0, start + 1)
    .sort(
      (left, right) =>
        STEP_ORDER[left.event.step] - STEP_ORDER[right.event.step] ||
        (left.event.sequenceNumber ?? 0) - (right.event.sequenceNumber ?? 0) ||
        parseInstant(left.event.at) - parseInstant(right.event.at),
    );
  // they took effect when the start had come
  const startedMs = events[start]?.receivedMs ?? 0;
  const effective = joined.map((stored) => ({ ...stored, receivedMs: startedMs }));
  return [...effective, ...events.slice(start + 1)];
}

/** The registers that a charge was rated by, made once more from its raw events alone; pure. */
export function replayReadings(events: readonly StoredEvent[]): SessionReading[] {
  let known: SessionReading[] = [];
  let startAt: string | null = null;
  for (const { event, receivedMs, quarantined } of inOrderOfEffect(events)) {
    if (WHOLE_EVENT.has(quarantined)) continue;
    const activity = event.activity ?? 'charging';
    const told = event.readings.map((reading) => ({
      ...reading,
      meterWh: registerOf(reading.meterWh),
      activity,
    }));
    const notBeforeMs = beginningOf(known, startAt);
    known = judgeReadings(told, { known, notBeforeMs, nowMs: receivedMs }).accepted;
    if (event.step === 'started') startAt = known[0]?.at ?? event.at;
    if (event.step === 'ended') break;
  }
  return known;
}

function beginningOf(known: readonly SessionReading[], startAt: string | null): InstantMs | null {
  const [first] = known;
  if (first !== undefined) return parseInstant(first.at);
  return startAt === null ? null : parseInstant(startAt) - TEN_MINUTES_MS;
}

import type { AaaParts } from '../../aaa-parts.js';
import type { Station, UnitOfWork } from '../../ports.js';
import type { SessionReading, TransactionEvent } from '../../session/session.js';

/** What every step of a charge works with; one transaction. */
export interface ChargeStep {
  readonly parts: AaaParts;
  readonly unit: UnitOfWork;
  readonly station: Station;
  readonly event: TransactionEvent;
}

/** The event's register readings, each with what the station was doing. */
export function readingsOf(event: TransactionEvent): SessionReading[] {
  const activity = event.activity ?? 'charging';
  return event.readings.map((reading) => ({ ...reading, activity }));
}

/** Opens suspense for this event: kept with its evidence, visible to staff, never rated by itself. */
export async function quarantine(
  step: ChargeStep,
  code: string,
  detail: string,
  sessionId: string | null,
  transactionId: string | null,
): Promise<void> {
  await step.unit.openSuspense({
    suspenseId: step.parts.ids.uuid(),
    atMs: step.parts.clock.now(),
    stationId: step.event.stationId,
    sessionId,
    transactionId,
    code,
    detail,
    evidence: { readings: step.event.readings, at: step.event.at, step: step.event.step },
  });
}

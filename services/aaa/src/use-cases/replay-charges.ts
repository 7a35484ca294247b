import type { ReplayedCharge, ReplyOf, replayCharges, RequestOf } from '@roamgrid/contracts';
import type { Station } from '../ports.js';
import { offsetsOver, tryRateRetail } from '../session/rate-retail.js';
import { replayReadings, type StoredEvent } from '../session/replay.js';
import type { Session } from '../session/session.js';
import { chargeRecordOf } from './charge/hand-over.js';

/** A session that was handed over, with every event that the inbox has of it. */
export interface StoredCharge {
  readonly session: Session;
  readonly events: readonly StoredEvent[];
}

export interface ReplayParts {
  readonly storedCharges: (after: string | null, limit: number) => Promise<StoredCharge[]>;
  readonly findStation: (stationId: string) => Promise<Station | null>;
}

/** Registers that no event of the session told: staff's, or those of the next start. */
const NOT_FROM_EVENTS: ReadonlySet<string> = new Set(['corrected', 'stop_lost']);

/**
 * Makes charges once more from the raw events and from what was decided then (terms, consent, connector,
 * flags), never from the readings that the session keeps. A charge whose station has another record by now, or
 * whose registers staff gave, is left out.
 */
export function replayChargesWith(parts: ReplayParts) {
  return async ({
    after,
    limit,
  }: RequestOf<typeof replayCharges>): Promise<ReplyOf<typeof replayCharges>> => {
    const stored = await parts.storedCharges(after, limit);
    const items: ReplayedCharge[] = [];
    for (const one of stored) {
      const station = await parts.findStation(one.session.stationId);
      const charge = station === null ? null : replay(one, station);
      if (charge !== null) items.push(charge);
    }
    const next = stored.length < limit ? null : (stored.at(-1)?.session.sessionId ?? null);
    return { items, next };
  };
}

function replay({ session, events }: StoredCharge, station: Station): ReplayedCharge | null {
  const { terms, progress } = session;
  if (terms === null || progress.flags.some((flag) => NOT_FROM_EVENTS.has(flag))) return null;
  const readings = replayReadings(events);
  // fewer than two registers make no charge: what was billed then has no events to stand on
  if (readings.length < 2) return null;
  const { timeZone } = station.record.document;
  const offsets = offsetsOver(timeZone, readings, 0);
  const rated = tryRateRetail(terms.mandate.document, readings, offsets);
  const unbilledMilliWh = typeof rated === 'string' ? 0n : rated.unbilledEnergyMilliWh;
  const replayed = { ...session, progress: { ...progress, readings } };
  return {
    charge: chargeRecordOf(station, replayed, offsets, unbilledMilliWh),
    agreedTariff: terms.agreedTariff,
  };
}

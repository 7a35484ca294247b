import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { Station, UnitOfWork } from '../../ports.js';
import { correctReadings } from '../../session/correct-readings.js';
import { energyOf, isImplausible, TEN_MINUTES_MS } from '../../session/metering.js';
import { offsetsOver, tryRateRetail } from '../../session/rate-retail.js';
import { nextState } from '../../session/session-states.js';
import type { Session } from '../../session/session.js';
import { sendCharge } from '../charge/hand-over.js';
import { lockOpenItem, lockSessionOf, signResolution, type Resolution } from './open-item.js';

const FLAG = 'corrected';

/**
 * Staff says which registers and instants are true; the session is rated with what was frozen at its consent,
 * flagged `corrected`, and goes the way of every other charge. Every open item of the session ends with it;
 * what the station had said stays in their evidence.
 *
 * @throws RoamgridError `unprocessable` without a correction, or for one that contradicts itself or another
 *   session; `state_conflict` for a session that is not in suspense; `price_unknown`
 */
export async function billSuspense(parts: AaaParts, request: Resolution): Promise<void> {
  const { stationId } = await parts.store.transaction((unit) =>
    lockOpenItem(unit, request.suspenseId),
  );
  const station = await parts.stations.find(stationId);
  if (station === null) throw new RoamgridError('internal', 'an item of suspense has no station');
  await parts.store.transaction(async (unit) => {
    const item = await lockOpenItem(unit, request.suspenseId);
    const held = await lockSessionOf(unit, item);
    const state = nextState(held.state, 'bill');
    if (state === null) {
      throw new RoamgridError(
        'state_conflict',
        `the session is ${held.state}: it is charged already`,
      );
    }
    const corrected = { ...correct(held, request), state };
    await checkCorrection(parts, unit, station, corrected);
    await unit.sessions.save(corrected);
    await charge(parts, unit, station, corrected);
    const at = formatInstant(parts.clock.now());
    for (const open of await unit.suspense.openOf(held.sessionId)) {
      const resolution = await signResolution(parts, 'suspenseBill', open, request, at);
      await unit.suspense.end(open, 'billed', resolution);
    }
  });
}

function correct(session: Session, { correction }: Resolution): Session {
  if (correction === null) {
    throw new RoamgridError('unprocessable', 'a bill needs the registers that are true', [
      { path: 'correction', message: 'is missing' },
    ]);
  }
  const { progress } = session;
  return {
    ...session,
    progress: {
      ...progress,
      readings: correctReadings(progress.readings, correction),
      startAt: correction.startAt,
      endAt: correction.endAt,
      flags: [...new Set([...progress.flags, FLAG])],
    },
  };
}

const refused = (path: string, message: string): RoamgridError =>
  new RoamgridError('unprocessable', 'the correction cannot be true', [
    { path: `correction.${path}`, message },
  ]);

/** What no station could be believed, nobody else is either. */
async function checkCorrection(
  parts: AaaParts,
  unit: UnitOfWork,
  { record }: Station,
  session: Session,
): Promise<void> {
  const { readings, startAt, endAt } = session.progress;
  const [startMs, endMs] = [parseInstant(startAt ?? ''), parseInstant(endAt ?? '')];
  if (endMs > parts.clock.now() + TEN_MINUTES_MS) throw refused('endAt', 'lies in the future');
  const evse = record.document.evses.find((one) => one.connectorId === session.connectorId);
  if (evse === undefined) throw refused('startAt', 'the session had no connector');
  if (isImplausible(readings, BigInt(evse.powerW))) {
    throw refused('stopWh', 'is more energy than the connector could deliver in that time');
  }
  const others = await unit.sessions.overlapping(session, startMs, endMs);
  if (others.length > 0) throw refused('startAt', 'another session was at the connector then');
}

async function charge(
  parts: AaaParts,
  unit: UnitOfWork,
  station: Station,
  session: Session,
): Promise<void> {
  const { terms, progress, sessionId } = session;
  if (terms === null) throw new RoamgridError('internal', 'nothing was agreed');
  const { mandate } = terms;
  const { timeZone } = station.record.document;
  const offsets = offsetsOver(timeZone, progress.readings, parts.clock.now());
  const rated = tryRateRetail(mandate.document, progress.readings, offsets);
  if (typeof rated === 'string') {
    throw new RoamgridError('unprocessable', `the corrected charge cannot be rated: ${rated}`);
  }
  sendCharge({ parts, unit, station }, session, offsets, rated.unbilledEnergyMilliWh);
  await unit.mandates.settle(
    sessionId,
    mandate.document.mandateId,
    energyOf(progress.readings) - rated.unbilledEnergyMilliWh,
    rated.rating.totalInclTaxMinor,
  );
}

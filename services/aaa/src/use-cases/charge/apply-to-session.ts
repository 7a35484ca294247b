import {
  formatEnergyKwh,
  formatMoney,
  parseEnergyWh,
  parseInstant,
  RoamgridError,
} from '@roamgrid/kernel';
import type { EventReply } from '../../ports.js';
import { energyOf, inOrder } from '../../session/metering.js';
import { costOf, offsetsOver } from '../../session/rate-retail.js';
import type { Session } from '../../session/session.js';
import {
  quarantine,
  readingsOf,
  takeEvidence,
  takeReadings,
  type AppliedToSession,
  type ChargeStep,
} from './charge-step.js';
import { billAgain, confirmsLostStop, endCharge, endInSuspense } from './end-charge.js';
import { meterCharge, setReadingsAside } from './meter-charge.js';
import { replyFor } from './reply.js';
import { hasInvalidSequence, noteJump } from './sequence.js';
import { startCharge } from './start-charge.js';
import { setReuseAside } from './transaction-reuse.js';

/** The event belongs to a session that is known already. */
export async function applyToSession(
  step: ChargeStep,
  session: Session,
): Promise<AppliedToSession> {
  switch (session.state) {
    case 'consented':
    case 'expired':
      return startCharge(step, session, 'station');
    case 'charging':
    case 'idle':
      return applyToRunning(step, session);
    case 'ended':
      return applyToEnded(step, session);
    case 'refused':
      return applyToRefused(step, session);
    case 'suspense':
      return applyToSuspense(step, session);
    case 'written_off':
      return { session, reply: replyFor(session, step.transactionId) };
    case 'quoted':
    case 'declined':
      throw new RoamgridError('state_conflict', `the session is ${session.state}`);
  }
}

async function applyToRunning(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  await noteJump(step, session);
  switch (step.event.step) {
    case 'started':
      return setEventAside(step, session, 'conflicting_start');
    case 'updated':
      return hasInvalidSequence(step)
        ? setEventAside(step, session, 'sequence_invalid')
        : meterCharge(step, session);
    case 'ended':
      return endCharge(step, session);
  }
}

/** A late reading of an ended charge changes no figure; one that contradicts it, or another stop, is kept. */
async function applyToEnded(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const reused = await setReuseAside(step, session);
  if (reused !== null) return reused;
  switch (step.event.step) {
    case 'started':
      return setEventAside(step, session, 'conflicting_start');
    case 'updated':
      return judgeLateReadings(step, session);
    case 'ended':
      return confirmsLostStop(step, session)
        ? {
            session,
            reply: { ...replyFor(session, step.transactionId), bill: billAgain(step, session) },
          }
        : setEventAside(step, session, 'conflicting_stop');
  }
}

async function judgeLateReadings(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const reply = { ...replyFor(session, step.transactionId), ...finalCost(step, session) };
  const quarantined = await setReadingsAside(step, session, takeReadings(step, session));
  if (quarantined !== null) return { session, reply: { ...reply, quarantined } };
  const last = session.progress.readings.at(-1);
  const grows = readingsOf(step.event).some(
    (reading) =>
      last !== undefined &&
      parseInstant(reading.at) > parseInstant(last.at) &&
      parseEnergyWh(reading.meterWh) > parseEnergyWh(last.meterWh),
  );
  if (!grows) return { session, reply };
  const setAside = await setEventAside(step, session, 'energy_after_end');
  return { session, reply: { ...reply, quarantined: setAside.reply.quarantined } };
}

/** What the charge came to; a reading that is told after the end changes none of it. */
function finalCost(
  step: ChargeStep,
  session: Session,
): Pick<EventReply, 'energyKwh' | 'runningCost'> {
  const { readings } = session.progress;
  const offsets = offsetsOver(
    step.station.record.document.timeZone,
    readings,
    step.parts.clock.now(),
  );
  const cost =
    session.terms === null ? null : costOf(session.terms.mandate.document, readings, offsets);
  return {
    energyKwh: formatEnergyKwh(energyOf(readings)),
    runningCost:
      cost === null
        ? null
        : {
            currency: cost.currency,
            totalInclTax: formatMoney({ currency: cost.currency, minor: cost.totalInclTaxMinor }),
          },
  };
}

/** Energy that a refused driver took all the same is somebody's money: it goes to suspense. */
async function applyToRefused(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const reply = replyFor(session, step.transactionId);
  if (step.event.step !== 'ended') return { session, reply };
  const readings = inOrder([...session.progress.readings, ...readingsOf(step.event)]);
  if (readings.length > 0 && energyOf(readings) === 0n && session.progress.readings.length > 0) {
    return { session, reply };
  }
  const code = 'energy_without_authorization';
  const detail = 'energy that a refused driver took';
  await quarantine(step, code, detail, session, readings);
  return { session, reply: { ...reply, quarantined: code } };
}

/** The session is set aside already; its end tells how much energy that is. */
async function applyToSuspense(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const reused = await setReuseAside(step, session);
  if (reused !== null) return reused;
  if (step.event.step === 'ended') return endInSuspense(step, session);
  if (step.event.step === 'started') {
    const { faults } = takeReadings(step, session);
    const isTooOld = faults.some(({ fault }) => fault === 'too_old');
    // the first start stays
    return setEventAside(step, session, isTooOld ? 'too_old' : 'conflicting_duplicate');
  }
  if (session.progress.endAt !== null) return setLateReadingsAside(step, session);
  const { accepted } = takeEvidence(step, session);
  const metered: Session = { ...session, progress: { ...session.progress, readings: accepted } };
  await step.unit.sessions.save(metered);
  const energyKwh = evidentEnergyKwh(metered);
  return { session: metered, reply: { ...replyFor(metered, step.transactionId), energyKwh } };
}

/** The charge has ended: what it metered stands in its evidence, and what is told later stands beside it. */
async function setLateReadingsAside(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const energyKwh = evidentEnergyKwh(session);
  const [told, last] = [readingsOf(step.event), session.progress.readings.at(-1)];
  const isBeyond = told.some(
    ({ meterWh }) => last === undefined || parseEnergyWh(meterWh) > parseEnergyWh(last.meterWh),
  );
  if (!isBeyond) return { session, reply: { ...replyFor(session, step.transactionId), energyKwh } };
  const { reply } = await setEventAside(step, session, 'energy_after_end');
  return { session, reply: { ...reply, energyKwh } };
}

/** One register alone tells no energy, and nobody knows yet what of it will be billed. */
function evidentEnergyKwh({ progress: { readings } }: Session): string | null {
  return readings.length > 1 ? formatEnergyKwh(energyOf(readings)) : null;
}

async function setEventAside(
  step: ChargeStep,
  session: Session,
  code: string,
): Promise<AppliedToSession> {
  const detail = `a ${step.event.step} event of a session that is ${session.state}`;
  await quarantine(step, code, detail, session);
  return { session, reply: { ...replyFor(session, step.transactionId), quarantined: code } };
}

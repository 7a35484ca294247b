import { noteEnd, noteMandateUse, subjectOf, type SignedMandate } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { MandateBalance, Reservation, UnitOfWork } from '../../ports.js';
import type { Session } from '../../session/session.js';

/**
 * A charge that began holds nothing of its mandate any more: home is told, and a mandate that is spent
 * or was good for one session leaves the visiting profiles. Called after what was used has been booked.
 */
export async function releaseMandate(
  parts: AaaParts,
  unit: UnitOfWork,
  session: Session,
  charged: boolean,
): Promise<void> {
  if (session.terms === null) return;
  const { mandate } = session.terms;
  const balance = await unit.mandates.lockBalance(mandate);
  const isUsedUp = mandate.document.singleSession || hasNothingLeft(balance);
  if (isUsedUp) await unit.mandates.close(mandate.document.mandateId);
  tell(parts, unit, mandate, {
    sessionId: session.sessionId,
    charged,
    isUsedUp,
    endAt: session.progress.endAt ?? formatInstant(parts.clock.now()),
  });
}

/**
 * A session that no charge began of. A mandate for one session is given back with the last session that
 * could have charged under it, and home is told, so that the reserved credit is free again; one that is
 * good for many was reserved for nobody.
 */
export async function giveBack(
  parts: AaaParts,
  unit: UnitOfWork,
  sessionId: string,
  mandate: SignedMandate,
): Promise<void> {
  const { singleSession, mandateId } = mandate.document;
  if (!singleSession) return;
  const balance = await unit.mandates.lockBalance(mandate);
  const others = (await unit.mandates.liveSessions(mandateId)).filter((id) => id !== sessionId);
  if (others.length > 0 || balance.openReservations > 0 || balance.isUsed) return;
  await unit.mandates.close(mandateId);
  tellUnused(parts, unit, sessionId, mandate);
}

/** Home hears that nothing will be charged under a mandate for one session. */
export function tellUnused(
  parts: AaaParts,
  unit: UnitOfWork,
  sessionId: string,
  mandate: SignedMandate,
): void {
  if (!mandate.document.singleSession) return;
  const endAt = formatInstant(parts.clock.now());
  tell(parts, unit, mandate, { sessionId, charged: false, isUsedUp: true, endAt });
}

/**
 * A session is quoted under a mandate. One that is good for a single session may stand under several quotes
 * at once: whoever consents first has it.
 *
 * @returns false where the mandate was closed or taken since home gave it
 */
export async function quoteUnder(
  parts: AaaParts,
  unit: UnitOfWork,
  sessionId: string,
  mandate: SignedMandate,
): Promise<boolean> {
  if (!mandate.document.singleSession) return true;
  if (!isFree(mandate, await unit.mandates.lockBalance(mandate))) return false;
  await unit.mandates.addQuoted(mandate, sessionId, parts.clock.now());
  return true;
}

/** A mandate that has no energy or no money left opens nothing more. */
export const hasNothingLeft = ({ energyMilliWh, minor }: Reservation): boolean =>
  energyMilliWh <= 0n || minor <= 0n;

/** May another session reserve of this mandate? */
export function isFree({ document }: SignedMandate, balance: MandateBalance): boolean {
  if (balance.isClosed || hasNothingLeft(balance)) return false;
  return !document.singleSession || (balance.openReservations === 0 && !balance.isUsed);
}

function tell(
  parts: AaaParts,
  unit: UnitOfWork,
  { document }: SignedMandate,
  end: { sessionId: string; charged: boolean; isUsedUp: boolean; endAt: string },
): void {
  const { mandateId, pseudonym, homeUtility } = document;
  const { sessionId, charged, isUsedUp, endAt } = end;
  if (isUsedUp) {
    unit.send({
      to: parts.utility,
      subject: subjectOf(noteMandateUse),
      key: `mandate:${mandateId}`,
      payload: { mandateId, state: 'used_up', at: endAt },
    });
  }
  unit.send({
    to: homeUtility,
    subject: subjectOf(noteEnd),
    key: `visit:${sessionId}`,
    payload: {
      sessionId,
      visitedUtility: parts.utility,
      mandateId,
      pseudonym,
      charged,
      mandateUsedUp: isUsedUp,
      endAt,
    },
  });
}

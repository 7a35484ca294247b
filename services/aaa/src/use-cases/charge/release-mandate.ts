import { noteEnd, noteMandateUse, subjectOf, type SignedMandate } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { UnitOfWork } from '../../ports.js';
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
  tell(parts, unit, mandate, {
    sessionId: session.sessionId,
    charged,
    isUsedUp: mandate.document.singleSession || balance.energyMilliWh <= 0n || balance.minor <= 0n,
    endAt: session.progress.endAt ?? formatInstant(parts.clock.now()),
  });
}

/**
 * A mandate that no charge began under. Home is told where it was made for this one session, so that the
 * reserved credit is free again; one that is good for many was reserved for nobody.
 */
export function giveBack(
  parts: AaaParts,
  unit: UnitOfWork,
  sessionId: string,
  mandate: SignedMandate,
): void {
  if (!mandate.document.singleSession) return;
  const endAt = formatInstant(parts.clock.now());
  tell(parts, unit, mandate, { sessionId, charged: false, isUsedUp: true, endAt });
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

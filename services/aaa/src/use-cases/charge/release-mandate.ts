import { noteEnd, noteMandateUse, subjectOf } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { UnitOfWork } from '../../ports.js';
import type { Session } from '../../session/session.js';

/**
 * A session holds nothing of its mandate any more: home is told, and a mandate that is spent or was good
 * for one session leaves the visiting profiles.
 */
export async function releaseMandate(
  parts: AaaParts,
  unit: UnitOfWork,
  session: Session,
  charged: boolean,
): Promise<void> {
  if (session.terms === null) return;
  const { mandate } = session.terms;
  const { document } = mandate;
  const balance = await unit.lockMandateBalance(mandate);
  const mandateUsedUp =
    document.singleSession || balance.energyMilliWh <= 0n || balance.minor <= 0n;
  const at = formatInstant(parts.clock.now());
  if (mandateUsedUp) {
    await unit.send({
      to: parts.utility,
      subject: subjectOf(noteMandateUse),
      key: `mandate:${document.mandateId}`,
      payload: { mandateId: document.mandateId, state: 'used_up', at },
    });
  }
  await unit.send({
    to: document.homeUtility,
    subject: subjectOf(noteEnd),
    key: `visit:${session.sessionId}`,
    payload: {
      sessionId: session.sessionId,
      visitedUtility: parts.utility,
      mandateId: document.mandateId,
      pseudonym: document.pseudonym,
      charged,
      mandateUsedUp,
      endAt: session.progress.endAt ?? at,
    },
  });
}

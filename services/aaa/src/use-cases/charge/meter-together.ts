import type { AaaParts } from '../../aaa-parts.js';
import type { HeldCharge, MeteredCharge, Station } from '../../ports.js';
import type { TransactionEvent } from '../../session/session.js';
import { isSilent } from '../../session/silence.js';
import { reaches } from './extend-reservation.js';
import { meteredReply, meterReadings, meterTrace } from './meter-charge.js';
import { isWithinSequence } from './sequence.js';

/**
 * A meter event that changes nothing but its own session, as most do: it can be committed together with those of
 * other charges.
 *
 * @returns null where more has to be done for it: see {@link applyToSession}
 */
export function meterTogether(
  parts: AaaParts,
  station: Station,
  event: TransactionEvent,
  { session, reservation }: HeldCharge,
): MeteredCharge | null {
  const { transactionId } = event;
  if (transactionId === null || !isWithinSequence(event) || isSilent(session)) return null;
  const step = { parts, station, event, transactionId };
  const metered = meterReadings(step, session);
  if (metered.faults.length > 0) return null;
  const { used } = metered;
  const reachesCredit =
    used !== null && (used === 'all' || (reservation !== null && reaches(used, reservation)));
  if (reachesCredit) return null;
  const reply = meteredReply(step, metered, null);
  return { session: metered.session, reply, trace: [meterTrace(step)] };
}

import type { correctMandateUse, RequestOf } from '@roamgrid/contracts';
import { parseEnergyKwh, parseMoney, RoamgridError } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';
import { hasNothingLeft, releaseMandate } from './charge/release-mandate.js';

/**
 * Staff corrected a CDR: what the charge took of its mandate is what the corrected one says. A mandate that is
 * spent by it is closed, and home is told; one that was closed stays so, for home counts it as used up.
 *
 * @throws RoamgridError `not_found` for a charge that is not ours, or under another mandate
 */
export function correctMandateUseWith(parts: AaaParts) {
  return (request: RequestOf<typeof correctMandateUse>): Promise<Record<string, never>> =>
    parts.store.transaction(async (unit) => {
      const { cdrCreditId, sessionId, mandateId, takenBack, replacedBy } = request;
      const session = await unit.sessions.lock(sessionId);
      const mandate = session?.terms?.mandate;
      if (session === null || mandate?.document.mandateId !== mandateId) {
        throw new RoamgridError('not_found', 'no such charge under this mandate');
      }
      const { currency } = mandate.document.moneyCap;
      const minor = (amount: string): bigint => parseMoney(amount, currency).minor;
      const before = await unit.mandates.lockBalance(mandate);
      const by = {
        energyMilliWh: parseEnergyKwh(replacedBy.energyKwh) - parseEnergyKwh(takenBack.energyKwh),
        minor: minor(replacedBy.amount) - minor(takenBack.amount),
      };
      const isNew = await unit.mandates.correct({ cdrCreditId, sessionId, mandateId, by });
      if (!isNew || before.isClosed) return {};
      const after = {
        energyMilliWh: before.energyMilliWh - by.energyMilliWh,
        minor: before.minor - by.minor,
      };
      if (hasNothingLeft(after)) await releaseMandate(parts, unit, session, true);
      return {};
    });
}

import { depositCredit, makeRetailTariff, readAgreement, reserveCredit } from '@roamgrid/contracts';
import { formatMoney, parseCurrency, parseMoney } from '@roamgrid/kernel';
import type { Bus } from '@roamgrid/messaging';
import type { OwnServices } from '../ports.js';

/** Profiles' neighbours in the same utility, over the bus. */
export function busOwnServices(bus: Bus, utility: string): OwnServices {
  return {
    async agreementWith(partner) {
      return (await bus.request(readAgreement, utility, { partner })).agreement;
    },
    async retailTariff(agreedTariff, planId, tier) {
      const reply = await bus.request(makeRetailTariff, utility, { agreedTariff, planId, tier });
      return reply.decision === 'made' ? reply.retailTariff : null;
    },
    async reserveCredit({ sessionId, consumerId, currency, greatestMinor }) {
      const code = parseCurrency(currency);
      const reply = await bus.request(reserveCredit, utility, {
        reservationId: sessionId,
        sessionId,
        consumerId,
        currency: code,
        greatestAmount: formatMoney({ currency: code, minor: greatestMinor }),
      });
      return reply.decision === 'reserved' ? parseMoney(reply.amount, code).minor : null;
    },
    async openAccount(consumerId, currency, balance) {
      await bus.request(depositCredit, utility, {
        entryId: `opening-${consumerId}`,
        consumerId,
        currency: parseCurrency(currency),
        amount: balance,
      });
    },
  };
}

import {
  authorizeCard,
  depositCredit,
  makeRetailTariff,
  readAgreement,
  readCredit,
  readPlan,
  reserveCredit,
} from '@roamgrid/contracts';
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
    async reserveCredit({ mandateId, consumerId, currency, greatestMinor, insteadOf }) {
      const code = parseCurrency(currency);
      const reply = await bus.request(reserveCredit, utility, {
        mandateId,
        consumerId,
        currency: code,
        greatestAmount: formatMoney({ currency: code, minor: greatestMinor }),
        insteadOf: [...insteadOf],
      });
      return reply.decision === 'reserved' ? parseMoney(reply.amount, code).minor : null;
    },
    async authorizeCard({ currency, amountMinor, ...request }) {
      const code = parseCurrency(currency);
      const reply = await bus.request(authorizeCard, utility, {
        ...request,
        currency: code,
        amount: formatMoney({ currency: code, minor: amountMinor }),
      });
      return reply.decision === 'authorized' ? parseMoney(reply.amount, code).minor : null;
    },
    async availableCredit(consumerId) {
      const { account } = await bus.request(readCredit, utility, { consumerId });
      if (account === null) return 0n;
      const minor = (amount: string): bigint => parseMoney(amount, account.currency).minor;
      return minor(account.balance) - minor(account.reserved);
    },
    async planOf(planId) {
      return (await bus.request(readPlan, utility, { planId })).plan;
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

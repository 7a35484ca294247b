import type { OwnServices } from '../ports.js';
import { issuePrepaid } from './issue-prepaid.js';
import {
  refused,
  type Basis,
  type Issued,
  type IssueMandateParts,
  type Request,
} from './mandate-basis.js';

/** A card's limit is its bank's: nothing is known of it before it is asked for an amount. */
const UNKNOWN_LIMIT_MINOR = 10n ** 15n;

/**
 * As a prepaid mandate, for one session: its cap is held on the driver's card instead of a balance, and given
 * back by the same ways. A card that is declined, or whose provider does not answer, opens nothing.
 */
export async function issueByCard(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<Issued> {
  const { paymentMethod } = basis.consumer.settings;
  if (paymentMethod === undefined) return refused('credit_exhausted');
  const services = onCard(parts.services, paymentMethod);
  return issuePrepaid({ ...parts, services }, request, basis);
}

/** What a prepaid mandate asks of a balance is asked of the card; everything else as before. */
function onCard(services: OwnServices, paymentMethod: string): OwnServices {
  return {
    agreementWith: (partner) => services.agreementWith(partner),
    retailTariff: (tariff, planId, tier) => services.retailTariff(tariff, planId, tier),
    authorizeCard: (request) => services.authorizeCard(request),
    openAccount: (consumerId, currency, balance) =>
      services.openAccount(consumerId, currency, balance),
    planOf: (planId) => services.planOf(planId),
    availableCredit: () => Promise.resolve(UNKNOWN_LIMIT_MINOR),
    reserveCredit: ({ mandateId, consumerId, currency, greatestMinor }) =>
      services.authorizeCard({
        mandateId,
        consumerId,
        paymentMethod,
        currency,
        amountMinor: greatestMinor,
      }),
  };
}

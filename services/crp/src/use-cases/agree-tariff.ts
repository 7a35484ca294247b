import type { agreeTariff, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { agreeDomestic } from './agree-domestic.js';
import { agreeWithPartner } from './agree-with-partner.js';
import type { CrpParts } from './parts.js';

type Request = RequestOf<typeof agreeTariff>;
type Reply = ReplyOf<typeof agreeTariff>;

/**
 * The agreed tariff with a home utility for a class. Calls for the same while one is under way wait
 * for it: one negotiation, and no message sent by those who waited.
 */
export function agreeTariffWith(parts: CrpParts): (request: Request) => Promise<Reply> {
  const underWay = new Map<string, Promise<Reply>>();
  return async (request) => {
    const key = `${request.homeUtility} ${request.customerClass} ${request.stationClass}`;
    const running = underWay.get(key);
    if (running !== undefined) return { ...(await running), messagesToHome: 0 };
    const reply =
      request.homeUtility === parts.utility
        ? agreeDomestic(parts, request)
        : agreeWithPartner(parts, request);
    underWay.set(key, reply);
    try {
      return await reply;
    } finally {
      underWay.delete(key);
    }
  };
}

import {
  agreeTariff,
  authorizeOffline,
  authorizeRoaming,
  correctCharge,
  findMandate,
  findToken,
  isStationIdTaken,
  readAgreement,
  requestMandate,
  storeMandate,
} from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import type { Neighbours } from '../ports.js';

/** AAA's neighbours over the bus: services of its own utility, and the AAA of a home utility. */
export function busNeighbours(bus: Bus, utility: string): Neighbours {
  return {
    async findMandate(query, remembered) {
      const rememberedHash = remembered?.mandate.documentHash ?? null;
      const request = { ...query, rememberedHash };
      const { isRemembered, entry } = await bus.request(findMandate, utility, request);
      return isRemembered ? remembered : entry;
    },
    async findToken(identity) {
      return (await bus.request(findToken, utility, { identity })).token;
    },
    async storeMandate(identity, entry) {
      await bus.request(storeMandate, utility, { identity, ...entry });
    },
    authorizeOffline(query) {
      return bus.request(authorizeOffline, utility, query);
    },
    async isStationIdTaken(partner, stationId) {
      return (await bus.request(isStationIdTaken, partner, { stationId })).taken;
    },
    async termsWith(homeUtility) {
      const { agreement } = await bus.request(readAgreement, utility, { partner: homeUtility });
      return agreement?.document.terms.find((terms) => terms.visitedUtility === utility) ?? null;
    },
    authorizeAtHome(homeUtility, request) {
      return bus.request(authorizeRoaming, homeUtility, { ...request, visitedUtility: utility });
    },
    agreeTariff(homeUtility, customerClass, stationClass) {
      return bus.request(
        agreeTariff,
        utility,
        { homeUtility, customerClass, stationClass },
        { timeoutMs: 30_000 },
      );
    },
    requestMandate(homeUtility, request) {
      return bus.request(requestMandate, homeUtility, { ...request, visitedUtility: utility });
    },
    async correctCharge({ sessionId, reason, by, correction }) {
      const charge = { sessionId };
      await bus.request(correctCharge, utility, { charge, reason, by, correction });
    },
  };
}

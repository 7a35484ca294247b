import {
  type AgreementTerms,
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

type Clause = NonNullable<AgreementTerms['chargingPriorities']>[number];
interface KnownClause {
  readonly tier: Clause['tier'];
  readonly says: Omit<Clause, 'tier'>;
}

/** AAA's neighbours over the bus: services of its own utility, and the AAA of a home utility. */
export function busNeighbours(bus: Bus, utility: string): Neighbours {
  // a signed agreement never changes: what its hash says is asked once
  const clauses = new Map<string, readonly KnownClause[]>();
  const readClause = async (partner: string, hash: string): Promise<readonly KnownClause[]> => {
    const { agreement } = await bus.request(readAgreement, utility, { partner, hash });
    if (agreement === null) return [];
    const terms = agreement.document.terms.find((one) => one.visitedUtility === utility);
    const found = (terms?.chargingPriorities ?? []).map(({ tier, ...says }) => ({ tier, says }));
    clauses.set(hash, found);
    return found;
  };
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
    async chargingPriorityOf({ agreementHash, homeUtility, tier }) {
      if (agreementHash === null) return null;
      const known = clauses.get(agreementHash) ?? (await readClause(homeUtility, agreementHash));
      return known.find((clause) => clause.tier === tier)?.says ?? null;
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

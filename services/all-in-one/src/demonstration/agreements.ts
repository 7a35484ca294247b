import type { AgreementDocument, AgreementTerms, TariffView } from '@roamgrid/contracts';
import { formatInstant, type InstantMs } from '@roamgrid/kernel';
import { DEMO_UTILITIES, PAIR_WITHOUT_AGREEMENT, type DemoUtility } from './utilities.js';

const YEAR_MS = 365 * 24 * 3_600_000;

export type DemoPair = readonly [DemoUtility, DemoUtility];

/** Pairs that have an agreement, each in alphabetical order. */
export function demoPairs(): DemoPair[] {
  return DEMO_UTILITIES.flatMap((first, index) =>
    DEMO_UTILITIES.slice(index + 1).map((second): DemoPair => [first, second]),
  ).filter(
    ([first, second]) =>
      first.slug !== PAIR_WITHOUT_AGREEMENT[0] || second.slug !== PAIR_WITHOUT_AGREEMENT[1],
  );
}

/** What holds when `visited` serves the consumers of `home`. */
function demoTerms(
  visited: DemoUtility,
  home: DemoUtility,
  wholesale: readonly TariffView[],
): AgreementTerms {
  return {
    visitedUtility: visited.slug,
    homeUtility: home.slug,
    currency: visited.currency,
    priceFloorPerKwh: '0.10',
    priceCapPerKwh: '0.60',
    defaultTariffs: wholesale.map((view) => ({
      customerClass: view.customerClass,
      stationClass: view.stationClass,
      tariff: { tariffId: view.tariffId, version: view.version, hash: view.documentHash },
    })),
    negotiation: {
      rounds: 12,
      deadlineSeconds: 5,
      gridStepPerKwh: '0.005',
      bargained: ['ENERGY'],
      agreedTariffValidityHours: 24 * 30,
    },
    supplyModel: 'homeResells',
    taxes: [visited.tax],
    commissionPercentage: '3.5',
    commissionTaxes: [visited.tax],
    rounding: 'halfUp',
    fx: {
      fixedWhen: 'retailTariff',
      source: 'demonstration rate',
      greatestAgeHours: 24 * 365,
      spreadPercentage: '0',
      spreadBorneBy: 'home',
    },
    mandateLimits: {
      claimed: { energyKwh: '500', amount: '500.00' },
      possession: { energyKwh: '1000', amount: '1000.00' },
      knowledge: { energyKwh: '1000', amount: '1000.00' },
    },
    mandateValidityHours: 24,
    // both kinds of each stand in the demonstration
    offlineRule:
      visited.slug === 'georgia-power'
        ? { kind: 'deny', energyKwh: '0', amount: '0.00', greatestAgeHours: 0 }
        : { kind: 'directoryEntry', energyKwh: '30', amount: '20.00', greatestAgeHours: 72 },
    beyondCreditBorneBy: visited.slug === 'georgia-power' ? 'visited' : 'home',
    unsignedEnergyBorneBy: 'visited',
    lateRevocationBorneBy: 'home',
    chargingPriorities: [
      { tier: 'Gold', priority: 3 },
      { tier: 'Diamond', priority: 5 },
      { tier: 'Platinum', priority: 7, powerSharePercentage: '70' },
    ],
  };
}

/** The agreement of a pair, both directions in one document. */
export function demoAgreement(
  [first, second]: DemoPair,
  wholesaleOf: (slug: string) => readonly TariffView[],
  nowMs: InstantMs,
): AgreementDocument {
  return {
    type: 'agreement',
    schemaVersion: 1,
    agreementId: `${first.slug}--${second.slug}`,
    version: 1,
    parties: [first.slug, second.slug],
    notBefore: formatInstant(nowMs - 31 * 24 * 3_600_000),
    notAfter: formatInstant(nowMs + YEAR_MS),
    billingPeriod: 'month',
    billingTimeZone: first.timeZone,
    paymentTermDays: 30,
    disputeWindowDays: 14,
    silenceMeans: 'dispute',
    lateCdrLimitDays: 90,
    terms: [
      demoTerms(first, second, wholesaleOf(first.slug)),
      demoTerms(second, first, wholesaleOf(second.slug)),
    ],
  };
}

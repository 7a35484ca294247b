import {
  createConsumer,
  definePlan,
  draftPolicy,
  draftTariff,
  drainAaa,
  drainCrp,
  drainProfiles,
  proposeAgreement,
  publishPolicy,
  publishTariff,
  recordFxRate,
  registerStation,
  signAgreement,
  type TariffView,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { Bus } from '@roamgrid/messaging';
import { stationPasswordDigest, type Clock } from '@roamgrid/platform';
import { demoAgreement, demoPairs } from './agreements.js';
import { DEMO_CONSUMERS, type DemoConsumer } from './consumers.js';
import type { DemoCredentials } from './credentials.js';
import { demoPlans, demoPolicies } from './pricing.js';
import { DEMO_STATIONS, PROVIDER_SHARE_PERCENTAGE, type DemoStation } from './stations.js';
import { CUSTOMER_CLASSES, demoTariff, STATION_CLASSES } from './tariffs.js';
import { DEMO_FX_RATES, DEMO_UTILITIES, type DemoUtility } from './utilities.js';

const AUTHOR = 'demonstration';
const PUBLISHER = 'demonstration-approver';
const FX_VALIDITY_MS = 365 * 24 * 3_600_000;
const REVIEW_AFTER_MS = 365 * 24 * 3_600_000;

function reviewDateAfter(nowMs: number): string {
  return formatInstant(nowMs + REVIEW_AFTER_MS).slice(0, 'YYYY-MM-DD'.length);
}

export interface SeedParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly credentials: DemoCredentials;
}

/** Fills the four utilities through their own services, as staff and partners would. */
export async function seedDemonstration(parts: SeedParts): Promise<void> {
  const wholesale = new Map<string, TariffView[]>();
  await Promise.all(
    DEMO_UTILITIES.map(async (utility) => {
      wholesale.set(utility.slug, await seedPricing(parts, utility));
    }),
  );
  for (const pair of demoPairs()) {
    const document = demoAgreement(pair, (slug) => wholesale.get(slug) ?? [], parts.clock.now());
    const { agreementId } = document;
    await parts.bus.request(proposeAgreement, pair[0].slug, { document, by: AUTHOR });
    await parts.bus.request(signAgreement, pair[1].slug, { agreementId, by: PUBLISHER });
  }
  await Promise.all([
    ...DEMO_CONSUMERS.map((consumer) => seedConsumer(parts, consumer)),
    ...DEMO_STATIONS.map((station) => seedStation(parts, station)),
  ]);
  await deliverAll(parts);
}

const DRAIN_TRIES = 4;

/** Partners know the cards, portals show the stations, before anybody is served. */
async function deliverAll({ bus }: SeedParts): Promise<void> {
  await Promise.all(
    DEMO_UTILITIES.flatMap(({ slug }) =>
      [drainCrp, drainProfiles, drainAaa].map((drain) => drained(bus, drain, slug)),
    ),
  );
}

/** A busy machine may not be through with it when the service stops waiting: it is asked again. */
async function drained(bus: Bus, drain: typeof drainCrp, slug: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await bus.request(drain, slug, {});
      return;
    } catch (error) {
      const isLate = error instanceof RoamgridError && error.code === 'peer_unreachable';
      if (!isLate || tries === DRAIN_TRIES) throw error;
    }
  }
}

async function seedPricing(parts: SeedParts, utility: DemoUtility): Promise<TariffView[]> {
  const published: TariffView[] = [];
  for (const customerClass of CUSTOMER_CLASSES) {
    for (const stationClass of STATION_CLASSES) {
      for (const purpose of ['wholesale', 'domestic'] as const) {
        const draft = await parts.bus.request(draftTariff, utility.slug, {
          tariffId: null,
          customerClass,
          stationClass,
          purpose,
          document: demoTariff(utility, purpose, customerClass, stationClass, parts.clock.now()),
          author: AUTHOR,
        });
        const { tariffId, version } = draft;
        const view = await parts.bus.request(publishTariff, utility.slug, {
          tariffId,
          version,
          publisher: PUBLISHER,
        });
        if (purpose === 'wholesale') published.push(view);
      }
      await seedPolicies(parts, utility, customerClass, stationClass);
    }
  }
  for (const plan of demoPlans(utility))
    await parts.bus.request(definePlan, utility.slug, { plan });
  await seedRates(parts, utility);
  return published;
}

async function seedPolicies(
  parts: SeedParts,
  utility: DemoUtility,
  customerClass: TariffView['customerClass'],
  stationClass: TariffView['stationClass'],
): Promise<void> {
  for (const policy of demoPolicies(utility, stationClass)) {
    const { policyId, version } = await parts.bus.request(draftPolicy, utility.slug, {
      side: policy.side,
      customerClass,
      stationClass,
      reviewDate: reviewDateAfter(parts.clock.now()),
      policy,
      author: AUTHOR,
    });
    await parts.bus.request(publishPolicy, utility.slug, {
      policyId,
      version,
      publisher: PUBLISHER,
    });
  }
}

async function seedRates(parts: SeedParts, utility: DemoUtility): Promise<void> {
  const nowMs = parts.clock.now();
  for (const rate of DEMO_FX_RATES.filter(({ to }) => to === utility.currency)) {
    await parts.bus.request(recordFxRate, utility.slug, {
      fx: {
        ...rate,
        source: 'demonstration rate',
        at: formatInstant(nowMs),
        notAfter: formatInstant(nowMs + FX_VALIDITY_MS),
      },
    });
  }
}

async function seedConsumer(parts: SeedParts, consumer: DemoConsumer): Promise<void> {
  const utility = DEMO_UTILITIES.find(({ slug }) => slug === consumer.utility);
  if (utility === undefined) throw new RoamgridError('internal', `no utility ${consumer.utility}`);
  const { planId, customerClass, tier, paymentMode, maxConcurrentSessions } = consumer;
  await parts.bus.request(createConsumer, utility.slug, {
    cin: consumer.cin,
    pin: parts.credentials.pins[consumer.cin] ?? null,
    contractId: consumer.contractId ?? null,
    cardUids: consumer.uid === undefined ? [] : [consumer.uid],
    settings: {
      customerClass,
      planId,
      tier,
      paymentMode,
      currency: utility.currency,
      limitEnergyKwh: '10000',
      ...(consumer.paymentMethod === undefined ? {} : { paymentMethod: consumer.paymentMethod }),
      limitAmount: consumer.limitAmount ?? '10000.00',
      maxConcurrentSessions,
      preAgreedPrice: true,
    },
    state: consumer.state,
    balance: consumer.balance ?? null,
    acceptance: {
      reference: 'terms of the demonstration',
      channel: 'paper',
      at: formatInstant(parts.clock.now()),
    },
  });
}

async function seedStation(parts: SeedParts, station: DemoStation): Promise<void> {
  const { stationId, provider, place, location, plug } = station;
  const { timeZone, currentType, powerW } = station;
  const utility = DEMO_UTILITIES.find(({ slug }) => slug === station.utility);
  const password = parts.credentials.stations[stationId]?.password;
  if (utility === undefined || password === undefined) {
    throw new RoamgridError('internal', `station ${stationId} has no utility or no password`);
  }
  await parts.bus.request(registerStation, utility.slug, {
    record: {
      type: 'stationRecord',
      schemaVersion: 1,
      stationId,
      provider,
      providerSharePercentage: PROVIDER_SHARE_PERCENTAGE,
      place,
      location,
      timeZone,
      stationClass: currentType,
      taxes: [utility.tax],
      evses: Array.from({ length: station.connectors }, (_unused, index) => ({
        connectorId: index + 1,
        powerW,
        currentType,
        meterSerial: null,
        plug,
      })),
    },
    passwordDigest: stationPasswordDigest(stationId, password),
  });
}

import { at, list, text, type Answer, type Gateway } from './gateway.js';

/** A utility that is no member yet, as the consortium's administrator describes it. */
export const PRAIRIE = {
  utility: 'prairie-electric',
  name: 'Prairie Electric',
  cinPrefixes: ['8400900101'],
  contractProviders: ['USPRA'],
  currency: 'USD',
  timeZone: 'America/Chicago',
};
/** its first consumer: check digits by ISO/IEC 7064 MOD 97-10 */
export const PRAIRIE_CIN = cinOf('840090010110000042');
export const PRAIRIE_STATION = 'PRA-OMA-001';
const TAX = { name: 'Nebraska sales tax', percentage: '5.50' };

function cinOf(payload: string): string {
  const check = 98n - ((BigInt(payload) * 100n) % 97n);
  return `${payload}${check.toString().padStart(2, '0')}`;
}

/** The answer, which has that status. @throws Error that shows what came instead */
export async function answered(status: number, call: Promise<Answer>): Promise<Answer> {
  const answer = await call;
  if (answer.status !== status) {
    throw new Error(
      `${String(answer.status)} instead of ${String(status)}: ${JSON.stringify(answer.body)}`,
    );
  }
  return answer;
}

/** Publishes prices like those of a utility that has some: drafted by one person, published by another. */
async function publishPrices(gateway: Gateway, like: string): Promise<readonly unknown[]> {
  const { utility } = PRAIRIE;
  const models = await gateway.api(like, 'GET', '/tariffs?state=published&limit=500');
  const published: unknown[] = [];
  for (const model of list(models.body, 'items')) {
    const document = {
      ...(at(model, 'document') as object),
      id: text(model, 'tariffId'),
      party_id: 'PRA',
      last_updated: new Date().toISOString(),
    };
    const draft = await answered(
      201,
      gateway.api(utility, 'POST', '/tariffs', {
        customerClass: at(model, 'customerClass'),
        stationClass: at(model, 'stationClass'),
        purpose: at(model, 'purpose'),
        document,
      }),
    );
    const { body } = await answered(
      200,
      gateway.api(
        utility,
        'POST',
        `/tariffs/${text(draft.body, 'tariffId')}/versions/${String(at(draft.body, 'version'))}/publish`,
        undefined,
        { as: 'approver', ifMatch: draft.headers.get('etag') },
      ),
    );
    published.push(body);
  }
  return published;
}

/** Lays an agreement like one that stands before a partner, who signs it. @returns its id */
async function agreeWith(
  gateway: Gateway,
  partner: string,
  prices: readonly unknown[],
): Promise<string> {
  const { utility } = PRAIRIE;
  const standing = await gateway.api(partner, 'GET', '/agreements?partner=alabama-power');
  const model = at(standing.body, 'items.0.document') as Record<string, unknown>;
  const {
    type: _type,
    schemaVersion: _schema,
    agreementId: _id,
    version: _version,
    ...rest
  } = model;
  const terms = list(model, 'terms').find((one) => at(one, 'visitedUtility') === partner) as object;
  const defaultTariffs = prices
    .filter((price) => at(price, 'purpose') === 'wholesale')
    .map((price) => ({
      customerClass: at(price, 'customerClass'),
      stationClass: at(price, 'stationClass'),
      tariff: {
        tariffId: at(price, 'tariffId'),
        version: at(price, 'version'),
        hash: at(price, 'documentHash'),
      },
    }));
  const proposed = await answered(
    201,
    gateway.api(utility, 'POST', '/agreements', {
      ...rest,
      parties: [partner, utility].sort(),
      notBefore: new Date(Date.now() - 40 * 24 * 3_600_000).toISOString(),
      terms: [
        { ...terms, visitedUtility: partner, homeUtility: utility },
        { ...terms, visitedUtility: utility, homeUtility: partner, defaultTariffs },
      ],
    }),
  );
  const agreementId = text(proposed.body, 'agreementId');
  await answered(
    200,
    gateway.api(partner, 'POST', `/agreements/${agreementId}/sign`, undefined, { as: 'approver' }),
  );
  return agreementId;
}

async function registerStation(gateway: Gateway): Promise<void> {
  const registered = await answered(
    201,
    gateway.api(PRAIRIE.utility, 'POST', '/stations', {
      stationId: PRAIRIE_STATION,
      provider: 'prairie-parking',
      providerSharePercentage: '20',
      place: 'Omaha NE',
      timeZone: PRAIRIE.timeZone,
      stationClass: 'AC',
      taxes: [TAX],
      evses: [{ connectorId: 1, powerW: '22000', currentType: 'AC', meterSerial: null }],
    }),
  );
  gateway.rememberStation(PRAIRIE_STATION, text(registered.body, 'password'));
}

/** What a member does before its first charge, through its own API and nothing else. */
export async function settleIn(
  gateway: Gateway,
  partner: string,
): Promise<{ agreementId: string }> {
  const { utility } = PRAIRIE;
  const prices = await publishPrices(gateway, partner);
  await answered(
    201,
    gateway.api(
      utility,
      'POST',
      '/plans',
      {
        planId: 'prairie-roaming',
        customerClass: 'residential',
        retailRule: 'planPrice',
        roamingPrices: [{ currency: 'USD', pricePerKwh: '0.33' }],
        wholesalePlus: { percentage: '4', perKwh: '0.005' },
        tierDiscounts: { Gold: '5', Diamond: '8', Platinum: '10' },
        discountedComponents: ['ENERGY'],
        greatestPrices: [{ currency: 'USD', pricePerKwh: '0.65' }],
        negativeMargin: 'allowed',
      },
      { as: 'approver' },
    ),
  );
  const agreementId = await agreeWith(gateway, partner, prices);
  await registerStation(gateway);
  await answered(
    201,
    gateway.api(utility, 'POST', '/consumers', {
      cin: PRAIRIE_CIN,
      customerClass: 'residential',
      planId: 'prairie-roaming',
      preAgreedPrice: true,
    }),
  );
  return { agreementId };
}

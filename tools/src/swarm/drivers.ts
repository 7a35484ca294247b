import { randomInt } from 'node:crypto';
import { cinPrefix, makeCin, parseCin } from '@roamgrid/cin';
import { z } from 'zod';
import { DemoFault } from '../demo-fault.js';
import { refused, type DemoGateway } from '../demo-gateway.js';
import { askUntilAnswered } from './answered.js';
import { atMost } from './at-most.js';
import type { DriverKind } from './behaviours.js';

/** The swarm's drivers of one home utility, as CINs. */
export interface HomeDrivers extends Readonly<Record<DriverKind, readonly string[]>> {
  readonly utility: string;
}

const consumerPage = z.looseObject({
  items: z.array(z.looseObject({ cinMasked: z.string(), currency: z.string() })),
});

const STATIONS_PER_FLEET = 10;
const REGISTERED_AT_ONCE = 8;
const CONSUMER_NUMBERS = 10_000_000;
const TRIES = 5;
const PREFIX = /^(\d{3})(\d{5})(\d{2})/;

const common = {
  customerClass: 'commercial',
  planId: 'commercial-roaming',
  preAgreedPrice: true,
  limitEnergyKwh: '100000',
  limitAmount: '100000.00',
  maxConcurrentSessions: 100,
};

/** Energy away from home costs nothing; parking after it costs what it costs. */
const FREE_PLAN = {
  planId: 'swarm-free-roaming',
  customerClass: 'commercial',
  retailRule: 'planPrice',
  roamingPrices: ['USD', 'CAD'].map((currency) => ({ currency, pricePerKwh: '0' })),
  wholesalePlus: { percentage: '0', perKwh: '0' },
  tierDiscounts: { Gold: '0', Diamond: '0', Platinum: '0' },
  discountedComponents: ['ENERGY'],
  greatestPrices: ['USD', 'CAD'].map((currency) => ({ currency, pricePerKwh: '0.65' })),
  negativeMargin: 'allowed',
};

interface Home {
  readonly utility: string;
  readonly prefix: RegExpExecArray;
  readonly currency: string;
}

async function homeOf(gateway: DemoGateway, utility: string): Promise<Home | null> {
  const { items } = await gateway.get(utility, '/consumers?limit=1', consumerPage);
  const [known] = items;
  const prefix = PREFIX.exec(known?.cinMasked ?? '');
  return known === undefined || prefix === null
    ? null
    : { utility, prefix, currency: known.currency };
}

function settingsOf(kind: DriverKind, currency: string): object {
  switch (kind) {
    case 'fleet':
      return { ...common, tier: 'Gold' };
    case 'blocked':
      return { ...common, state: 'blocked' };
    case 'single':
      return { ...common, maxConcurrentSessions: 1 };
    case 'free':
      return { ...common, planId: FREE_PLAN.planId };
    case 'prepaid':
      return {
        ...common,
        customerClass: 'residential',
        planId: 'residential-roaming',
        paymentMode: 'prepaid',
        maxConcurrentSessions: 1,
        balance: { currency, amount: '3.00' },
      };
  }
}

async function defineFreePlan(gateway: DemoGateway, utility: string): Promise<void> {
  const answer = await gateway.askApprover(utility, 'POST', '/plans', FREE_PLAN);
  if (answer.status !== 201) throw refused(`the free plan of ${utility}`, answer);
}

/** A consumer under a number that nobody has yet. */
async function register(gateway: DemoGateway, home: Home, kind: DriverKind): Promise<string> {
  const [, country = '', utility = '', aaa = ''] = home.prefix;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const consumerNumber = String(randomInt(CONSUMER_NUMBERS)).padStart(7, '0');
    const cin = makeCin({ country, utility, aaa, serviceIndex: '9', consumerNumber });
    const body = { cin, ...settingsOf(kind, home.currency) };
    const answer = await askUntilAnswered(gateway, home.utility, '/consumers', body);
    if (answer.status === 201) return cin;
    if (answer.status !== 409) throw refused(`registering a driver of ${home.utility}`, answer);
  }
  throw new DemoFault(`${home.utility} has no free consumer number.`);
}

/**
 * Registers the drivers that a swarm of so many stations needs, at every utility that has consumers: a
 * fleet for every ten stations, for each station one who pays in advance and one who may charge once at a
 * time, one who is blocked and one whose plan is free away from home.
 */
export async function registerDrivers(
  gateway: DemoGateway,
  stations: number,
): Promise<HomeDrivers[]> {
  const homes = await Promise.all(gateway.utilities.map((utility) => homeOf(gateway, utility)));
  const known = homes.filter((home) => home !== null);
  await Promise.all(known.map(({ utility }) => defineFreePlan(gateway, utility)));
  const counts: readonly (readonly [DriverKind, number])[] = [
    ['fleet', Math.ceil(stations / STATIONS_PER_FLEET)],
    ['prepaid', Math.ceil(stations / known.length)],
    ['single', Math.ceil(stations / known.length)],
    ['blocked', 1],
    ['free', 1],
  ];
  const wanted = known.flatMap((home) =>
    counts.flatMap(([kind, count]) => Array.from({ length: count }, () => ({ home, kind }))),
  );
  const made = await atMost(REGISTERED_AT_ONCE, wanted, async ({ home, kind }) => ({
    home,
    kind,
    cin: await register(gateway, home, kind),
  }));
  const of = (home: Home, kind: DriverKind): string[] =>
    made.filter((one) => one.home === home && one.kind === kind).map(({ cin }) => cin);
  return known.map((home) => ({
    utility: home.utility,
    fleet: of(home, 'fleet'),
    prepaid: of(home, 'prepaid'),
    single: of(home, 'single'),
    blocked: of(home, 'blocked'),
    free: of(home, 'free'),
  }));
}

/** The same number with check digits that do not fit. */
export function withWrongCheckDigits(cin: string): string {
  const last = Number(cin.slice(-1));
  return cinPrefix(parseCin(cin)) + cin.slice(10, -1) + String((last + 1) % 10);
}

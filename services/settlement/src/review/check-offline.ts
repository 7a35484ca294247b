import type { AgreementTerms, MandateDocument, OfflineBasis } from '@roamgrid/contracts';
import {
  formatEnergyKwh,
  formatMoney,
  parseEnergyKwh,
  parseInstant,
  parseMoney,
  type EnergyMilliWh,
} from '@roamgrid/kernel';
import type { Verifier } from '@roamgrid/platform';
import type { CdrDocument } from '../records.js';
import { isSigned, objection, type Objection } from './objection.js';

const HOUR_MS = 3_600_000;
/** Two utilities' clocks are never quite the same. */
const CLOCK_TOLERANCE_MS = 300_000;

const notEntitled = (note: string): Objection => objection('session_unknown', note);

/**
 * A charge while we were silent: visited made the mandate, on an entry of our directory and on our word of how
 * that stood, both signed by us in advance. Who claims the rule without its basis, or a basis without the
 * rule, is entitled to nothing.
 */
export async function checkOfflineBasis(
  cdr: CdrDocument,
  verifier: Verifier,
): Promise<Objection | null> {
  const mandate = cdr.mandate.document;
  const { offline } = mandate;
  if ((cdr.authorizedBy === 'offlineRule') !== (offline !== undefined)) {
    return notEntitled('the off-line rule and the mandate do not belong together');
  }
  if (offline === undefined) return null;
  for (const signed of [offline.entry, offline.directory]) {
    if (!(await isSigned(verifier, signed, cdr.homeUtility, 'profiles'))) {
      return notEntitled(`the ${signed.document.type} is not signed by our profiles`);
    }
  }
  return checkEntry(mandate, offline) ?? checkRetailOfPlan(mandate, offline);
}

/** The entry is of this driver, for this utility, and lets them charge; our word covers it. */
function checkEntry(
  mandate: MandateDocument,
  { entry, directory }: OfflineBasis,
): Objection | null {
  const claimed = entry.document;
  const pairs = [claimed, directory.document];
  const isOfPair = pairs.every(
    ({ homeUtility, visitedUtility }) =>
      homeUtility === mandate.homeUtility && visitedUtility === mandate.visitedUtility,
  );
  const isOfDriver =
    claimed.pseudonym === mandate.pseudonym &&
    claimed.assurance === mandate.assurance &&
    claimed.customerClass === mandate.customerClass &&
    claimed.tier === mandate.tier &&
    claimed.offline?.paymentMode === mandate.paymentMode;
  if (!isOfPair || !isOfDriver) return notEntitled('the directory entry is of another driver');
  if (claimed.state === 'blocked') return notEntitled('the directory entry lets nobody charge');
  return directory.document.number >= claimed.number
    ? null
    : notEntitled('the state of the directory is older than the entry');
}

function checkRetailOfPlan(
  { retailTariff }: MandateDocument,
  { entry }: OfflineBasis,
): Objection | null {
  const { planId, tier } = retailTariff.document;
  return planId === entry.document.planId && tier === entry.document.tier
    ? null
    : objection('tariff_not_agreed', 'the retail tariff is of another plan than the entry');
}

/** What the agreement allows while home is silent: at all, how much, and on how old a word. */
export function checkOfflineRule(
  { mandate, quote }: CdrDocument,
  terms: AgreementTerms | null,
): Objection | null {
  const { offline, moneyCap, energyCapKwh } = mandate.document;
  if (offline === undefined || terms === null) return null;
  const { offlineRule } = terms;
  if (offlineRule.kind === 'deny') return notEntitled('the agreement denies off-line charges');
  const { hours, energyKwh, money } = offline.window;
  if (hours !== offlineRule.greatestAgeHours) return notEntitled('the window is not the rule’s');
  const ageMs =
    parseInstant(quote.document.issuedAt) - parseInstant(offline.directory.document.issuedAt);
  if (ageMs > hours * HOUR_MS + CLOCK_TOLERANCE_MS) {
    return notEntitled('the state of the directory was too old');
  }
  const entryCaps = offline.entry.document.offline;
  const currencies = [moneyCap.currency, money.currency, entryCaps?.money.currency];
  const isWithin =
    entryCaps !== undefined &&
    currencies.every((currency) => currency === terms.currency) &&
    isRising([energyCapKwh, energyKwh, offlineRule.energyKwh].map(parseEnergyKwh)) &&
    isRising([energyKwh, entryCaps.energyKwh].map(parseEnergyKwh)) &&
    isRising([moneyCap.amount, money.amount, offlineRule.amount].map(minorIn(terms))) &&
    isRising([money.amount, entryCaps.money.amount].map(minorIn(terms)));
  return isWithin ? null : notEntitled('the caps are above those of the off-line rule');
}

const isRising = (values: readonly bigint[]): boolean =>
  values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);

const minorIn =
  ({ currency }: AgreementTerms) =>
  (amount: string): bigint =>
    parseMoney(amount, currency).minor;

/** What a driver was charged under the rule; money in minor units of the visited currency. */
export interface OfflineUse {
  readonly energyMilliWh: EnergyMilliWh;
  readonly minor: bigint;
}

/**
 * The caps are a driver's once in the rule's window, over all mandates on it. What a single charge has beyond
 * its cap is visited's already and stands in neither figure.
 *
 * @param others what stands in the books of this window
 */
export function checkOfflineTotal(
  { mandate }: CdrDocument,
  own: OfflineUse,
  others: OfflineUse,
): Objection | null {
  const { offline } = mandate.document;
  if (offline === undefined) return null;
  const { energyKwh, money } = offline.window;
  const energyMilliWh = own.energyMilliWh + others.energyMilliWh;
  const minor = own.minor + others.minor;
  const isWithin =
    energyMilliWh <= parseEnergyKwh(energyKwh) &&
    minor <= parseMoney(money.amount, money.currency).minor;
  if (isWithin) return null;
  const amount = formatMoney({ currency: money.currency, minor });
  return notEntitled(
    `the driver's off-line charges would be ${formatEnergyKwh(energyMilliWh)} kWh, ${amount}`,
  );
}

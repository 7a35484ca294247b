import type { AgreementTerms, Assurance, FxRate, MandateDocument } from '@roamgrid/contracts';
import {
  divideDown,
  divideUp,
  minorDigits,
  parseCurrency,
  parseDecimal,
  parseEnergyKwh,
  parseMoney,
  type CurrencyCode,
  type EnergyMilliWh,
} from '@roamgrid/kernel';
import type { ConsumerSettings, OpenCaps } from '../ports.js';

const RATE_SCALE = 9;

/** Minor units of `to` for minor units of `from` under a rate, rounded as told. */
function convert(minor: bigint, fx: FxRate, direction: 'toHome' | 'toVisited'): bigint {
  const rate = parseDecimal(fx.rate, RATE_SCALE);
  const shift = 10n ** BigInt(minorDigits(parseCurrency(fx.from))) * 10n ** BigInt(RATE_SCALE);
  const homeScale = 10n ** BigInt(minorDigits(parseCurrency(fx.to)));
  return direction === 'toHome'
    ? divideUp(minor * rate * homeScale, shift)
    : divideDown(minor * shift, rate * homeScale);
}

/** Visited minor units in home's currency, rounded up: a cap must cover what it reserves. */
export function inHomeCurrency(visitedMinor: bigint, fx: FxRate | null): bigint {
  return fx === null ? visitedMinor : convert(visitedMinor, fx, 'toHome');
}

/** Home minor units in the visited currency, rounded down. */
export function inVisitedCurrency(homeMinor: bigint, fx: FxRate | null): bigint {
  return fx === null ? homeMinor : convert(homeMinor, fx, 'toVisited');
}

export interface Caps {
  readonly energyMilliWh: EnergyMilliWh;
  /** in the visited currency */
  readonly visitedMinor: bigint;
  /** the same in home's currency */
  readonly homeMinor: bigint;
}

export interface CapInputs {
  readonly settings: ConsumerSettings;
  readonly assurance: Assurance;
  /** null for a domestic charge: the consumer's own limit alone holds */
  readonly terms: AgreementTerms | null;
  readonly open: OpenCaps;
  readonly fx: FxRate | null;
}

const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right);

/** What the consumer's limits allow at most, over all utilities. */
export function consumerLimits(settings: ConsumerSettings): OpenCaps {
  return {
    energyMilliWh: parseEnergyKwh(settings.limitEnergyKwh),
    homeMinor: parseMoney(settings.limitAmount, settings.currency).minor,
  };
}

/** One mandate takes at most a quarter of the limit, so that the consumer may still charge elsewhere. */
const MANDATES_IN_A_LIMIT = 4n;

/** What one mandate may take of what is left: all of it where prepaid, as that is for one session. */
function shareOf(settings: ConsumerSettings, limits: OpenCaps, left: OpenCaps): OpenCaps {
  if (settings.paymentMode === 'prepaid') return left;
  const quarter = (limit: bigint): bigint => divideUp(limit, MANDATES_IN_A_LIMIT);
  return {
    energyMilliWh: smaller(left.energyMilliWh, quarter(limits.energyMilliWh)),
    homeMinor: smaller(left.homeMinor, quarter(limits.homeMinor)),
  };
}

/** What the terms allow at most of the consumer's share; without terms the charge is domestic. */
function allowed(
  inputs: CapInputs,
  share: { energyMilliWh: EnergyMilliWh; visitedMinor: bigint },
): { energyMilliWh: EnergyMilliWh; visitedMinor: bigint } {
  if (inputs.terms === null) return share;
  const { mandateLimits, currency } = inputs.terms;
  const agreed = mandateLimits[inputs.assurance];
  return {
    energyMilliWh: smaller(share.energyMilliWh, parseEnergyKwh(agreed.energyKwh)),
    visitedMinor: smaller(share.visitedMinor, parseMoney(agreed.amount, currency).minor),
  };
}

/**
 * The caps of a new mandate: a quarter of the consumer's limit, rounded up, and never more than the
 * agreement's limit for this assurance or than what the consumer's open mandates leave. Null when
 * nothing is left.
 */
export function capsOf(inputs: CapInputs): Caps | null {
  const limits = consumerLimits(inputs.settings);
  const share = shareOf(inputs.settings, limits, {
    energyMilliWh: limits.energyMilliWh - inputs.open.energyMilliWh,
    homeMinor: limits.homeMinor - inputs.open.homeMinor,
  });
  const { energyMilliWh, visitedMinor } = allowed(inputs, {
    energyMilliWh: share.energyMilliWh,
    visitedMinor: inVisitedCurrency(share.homeMinor, inputs.fx),
  });
  if (energyMilliWh <= 0n || visitedMinor <= 0n) return null;
  return {
    energyMilliWh,
    visitedMinor,
    homeMinor: smaller(share.homeMinor, inHomeCurrency(visitedMinor, inputs.fx)),
  };
}

export function visitedCurrencyOf(document: Pick<MandateDocument, 'retailTariff'>): CurrencyCode {
  return parseCurrency(document.retailTariff.document.tariff.currency);
}

import type { MandateDocument, QuoteDocument, SignedMandate } from '@roamgrid/contracts';
import {
  divideHalfUp,
  formatDecimal,
  formatEnergyKwh,
  formatInstant,
  formatMoney,
  formatPriceMicros,
  minorDigits,
  parseDecimal,
  parseEnergyKwh,
  parseInstant,
  parsePriceMicros,
  RoamgridError,
  type InstantMs,
} from '@roamgrid/kernel';
import { resolveUtcOffsets } from '@roamgrid/platform';
import { estimate, type Rating } from '@roamgrid/rating';
import { parseTariff, type Tariff, type TariffDocument } from '@roamgrid/tariff';
import type { AaaParts } from '../aaa-parts.js';
import { QUOTE_HOLDS_MS } from '../session/session-states.js';
import type { SwipeRequest } from './authorize/grant.js';
import type { Station } from '../ports.js';

/** What is estimated when the driver names no amount. */
const DEFAULT_ENERGY_KWH = '20';
const HOUR_MS = 3_600_000;
const LONGEST_CHARGE_MS = 72 * HOUR_MS;
const RATE_SCALE = 9;

/** Made ready once for all quotes under one remembered mandate. */
const ready = new WeakMap<TariffDocument, Tariff>();

function readyTariff(document: TariffDocument): Tariff {
  const known = ready.get(document);
  if (known !== undefined) return known;
  const tariff = parseTariff(document);
  ready.set(document, tariff);
  return tariff;
}

/** Rates the asked energy, within the mandate's cap, at the connector's power from now on. */
function estimateOf(
  mandate: SignedMandate,
  request: SwipeRequest,
  station: Station,
  nowMs: InstantMs,
): Rating {
  const { tariff, rounding } = mandate.document.retailTariff.document;
  const record = station.record.document;
  const evse =
    record.evses.find((candidate) => candidate.connectorId === request.connectorId) ??
    record.evses[0];
  if (evse === undefined) throw new RoamgridError('internal', 'the station has no connector');
  const wanted = parseEnergyKwh(request.requestedEnergyKwh ?? DEFAULT_ENERGY_KWH);
  const cap = parseEnergyKwh(mandate.document.energyCapKwh);
  return estimate(readyTariff(tariff), {
    energyMilliWh: wanted < cap ? wanted : cap,
    startMs: nowMs,
    powerW: BigInt(evse.powerW),
    utcOffsets: resolveUtcOffsets(record.timeZone, nowMs, nowMs + LONGEST_CHARGE_MS).map(
      ({ from, offsetSeconds }) => ({ from: parseInstant(from), offsetSeconds }),
    ),
    rounding,
  });
}

/** The first energy price of the estimate: what a kWh costs at this moment. */
function priceNow(rating: Rating): string {
  const line = rating.lines.find((candidate) => candidate.component === 'ENERGY');
  return formatPriceMicros(line?.unitPriceMicros ?? parsePriceMicros('0'));
}

function totalsOf(rating: Rating): QuoteDocument['estimate'] {
  const amount = (minor: bigint): string => formatMoney({ currency: rating.currency, minor });
  return {
    energyKwh: formatEnergyKwh(rating.billedEnergyMilliWh),
    totalExclTax: amount(rating.totalExclTaxMinor),
    tax: amount(rating.taxMinor),
    totalInclTax: amount(rating.totalInclTaxMinor),
  };
}

/** The estimate in home's currency, converted once. */
function atHome(
  rating: Rating,
  fx: MandateDocument['retailTariff']['document']['fx'],
): QuoteDocument['estimateHome'] {
  if (fx === null) return null;
  const from = 10n ** BigInt(minorDigits(fx.from) + RATE_SCALE);
  const to = 10n ** BigInt(minorDigits(fx.to));
  const minor = divideHalfUp(
    rating.totalInclTaxMinor * parseDecimal(fx.rate, RATE_SCALE) * to,
    from,
  );
  return { currency: fx.to, totalInclTax: formatDecimal(minor, minorDigits(fx.to)), fx };
}

export async function makeQuote(
  parts: AaaParts,
  mandate: SignedMandate,
  request: SwipeRequest,
  station: Station,
) {
  const nowMs = parts.clock.now();
  const { document, documentHash } = mandate;
  const rating = estimateOf(mandate, request, station, nowMs);
  const retail = document.retailTariff.document;
  const chargingPriority = await parts.neighbours.chargingPriorityOf(document);
  const quote: QuoteDocument = {
    type: 'quote',
    schemaVersion: 1,
    quoteId: parts.ids.uuid(),
    sessionId: request.sessionId,
    stationId: request.stationId,
    connectorId: request.connectorId,
    homeUtility: document.homeUtility,
    visitedUtility: document.visitedUtility,
    mandateId: document.mandateId,
    mandateHash: documentHash,
    agreedTariffHash: document.agreedTariffHash,
    retailTariffHash: document.retailTariff.documentHash,
    currency: rating.currency,
    tariff: retail.tariff,
    pricePerKwh: priceNow(rating),
    tier: document.tier,
    tierDiscountPercentage: retail.tierDiscountPercentage,
    ...(chargingPriority === null ? {} : { chargingPriority }),
    estimate: totalsOf(rating),
    estimateHome: atHome(rating, retail.fx),
    issuedAt: formatInstant(nowMs),
    validUntil: formatInstant(Math.min(nowMs + QUOTE_HOLDS_MS, parseInstant(document.notAfter))),
  };
  return parts.signer.sign(quote);
}

import type { AgreementDocument, AgreementTerms } from '@roamgrid/contracts';
import { parseDecimal, parseInstant, parsePriceMicros, RoamgridError } from '@roamgrid/kernel';

const PERCENT_DIGITS = 6;
const HUNDRED_PERCENT = 100_000_000n;

function refuse(path: string, message: string): never {
  throw new RoamgridError('unprocessable', `the agreement cannot be signed: ${message}`, [
    { path, message },
  ]);
}

/** The other party. @throws RoamgridError `unprocessable` where this utility is none */
export function partnerIn(document: AgreementDocument, utility: string): string {
  const [first, second] = document.parties;
  if (first >= second) refuse('parties', 'parties stand in alphabetical order');
  if (first === utility) return second;
  if (second === utility) return first;
  return refuse('parties', 'this utility is no party');
}

function checkPrices(terms: AgreementTerms, path: string): void {
  const floor = parsePriceMicros(terms.priceFloorPerKwh);
  const cap = parsePriceMicros(terms.priceCapPerKwh);
  if (floor < 0n) refuse(`${path}.priceFloorPerKwh`, 'is negative');
  if (floor > cap) refuse(`${path}.priceCapPerKwh`, 'is below the floor');
  if (parsePriceMicros(terms.negotiation.gridStepPerKwh) <= 0n) {
    refuse(`${path}.negotiation.gridStepPerKwh`, 'must be above zero');
  }
}

function checkPercentages(terms: AgreementTerms, path: string): void {
  const commission = parseDecimal(terms.commissionPercentage, PERCENT_DIGITS);
  if (commission < 0n || commission > HUNDRED_PERCENT) {
    refuse(`${path}.commissionPercentage`, 'lies outside 0 to 100');
  }
  const spread = parseDecimal(terms.fx.spreadPercentage, PERCENT_DIGITS);
  if (spread < 0n || spread > HUNDRED_PERCENT) {
    refuse(`${path}.fx.spreadPercentage`, 'lies outside 0 to 100');
  }
}

function checkPriorities(terms: AgreementTerms, path: string): void {
  const priorities = terms.chargingPriorities ?? [];
  const tiers = priorities.map(({ tier }) => tier);
  for (const [index, { tier, powerSharePercentage }] of priorities.entries()) {
    const at = `${path}.chargingPriorities.${String(index)}`;
    if (tiers.indexOf(tier) !== index) refuse(`${at}.tier`, 'stands twice');
    if (powerSharePercentage === undefined) continue;
    const share = parseDecimal(powerSharePercentage, PERCENT_DIGITS);
    if (share <= 0n || share > HUNDRED_PERCENT) {
      refuse(`${at}.powerSharePercentage`, 'lies outside 0 to 100');
    }
  }
}

function checkDefaults(terms: AgreementTerms, path: string): void {
  if (terms.defaultTariffs.length === 0) refuse(`${path}.defaultTariffs`, 'names no tariff');
  const classes = terms.defaultTariffs.map((one) => `${one.customerClass} ${one.stationClass}`);
  if (new Set(classes).size !== classes.length) {
    refuse(`${path}.defaultTariffs`, 'names two tariffs for one class');
  }
}

/**
 * What either party checks of an agreement by itself, before it signs.
 *
 * @throws RoamgridError `unprocessable`, naming the member
 */
export function checkAgreement(document: AgreementDocument): void {
  if (parseInstant(document.notBefore) >= parseInstant(document.notAfter)) {
    refuse('notAfter', 'must lie after notBefore');
  }
  const directions = new Set<string>();
  for (const [index, terms] of document.terms.entries()) {
    const path = `terms.${String(index)}`;
    const { visitedUtility, homeUtility } = terms;
    const areParties = [visitedUtility, homeUtility].every((one) => document.parties.includes(one));
    if (!areParties || visitedUtility === homeUtility) {
      refuse(path, 'must name one party as visited and the other as home');
    }
    if (directions.has(visitedUtility)) refuse(path, 'stands twice for one direction');
    directions.add(visitedUtility);
    checkPrices(terms, path);
    checkPercentages(terms, path);
    checkPriorities(terms, path);
    checkDefaults(terms, path);
  }
}

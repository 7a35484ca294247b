import { MILLI_WH_PER_WH, parseCurrency, parseInstant, RoamgridError } from '@roamgrid/kernel';
import { findBoundaries } from './boundaries.js';
import { compileRestrictions } from './compile-restrictions.js';
import { Findings } from './findings.js';
import type {
  PriceComponent,
  PriceLimit,
  Restrictions,
  Tariff,
  TariffElement,
  Tax,
} from './tariff.js';
import {
  tariffSchema,
  type PriceComponentDocument,
  type PriceLimitDocument,
  type TariffDocument,
  type TariffElementDocument,
} from './tariff-document.js';

const PRICE_DIGITS = 6;
const GREATEST_PRICE = 1_000_000n;
const GREATEST_PERCENT = 1_000n;
const GREATEST_STEP = 1_000_000_000;

function compileTaxes(
  component: PriceComponentDocument,
  path: string,
  findings: Findings,
): readonly Tax[] {
  if (component.vat !== undefined && component.taxes !== undefined) {
    findings.add(`${path}.taxes`, 'must not stand beside vat');
  }
  const listed =
    component.vat === undefined
      ? (component.taxes ?? [])
      : [{ name: 'VAT', percentage: component.vat }];
  return listed.map((tax, index) => ({
    name: tax.name,
    percentMicros: findings.decimal(
      component.vat === undefined ? `${path}.taxes.${String(index)}.percentage` : `${path}.vat`,
      tax.percentage,
      PRICE_DIGITS,
      GREATEST_PERCENT,
    ),
  }));
}

function compileStep(component: PriceComponentDocument, path: string, findings: Findings): bigint {
  if (component.type === 'FLAT') return 1n;
  if (component.step_size < 1) findings.add(`${path}.step_size`, 'must be 1 or more');
  if (component.step_size > GREATEST_STEP) findings.add(`${path}.step_size`, 'is too large');
  const step = BigInt(component.step_size);
  return component.type === 'ENERGY' ? step * MILLI_WH_PER_WH : step;
}

function compileElement(
  document: TariffElementDocument,
  elementIndex: number,
  firstIndex: number,
  findings: Findings,
): TariffElement {
  const path = `elements.${String(elementIndex)}`;
  const reservation = document.restrictions?.reservation !== undefined;
  const components = document.price_components.map((component, position): PriceComponent => {
    const at = `${path}.price_components.${String(position)}`;
    if (document.price_components.findIndex((one) => one.type === component.type) !== position) {
      findings.add(`${at}.type`, 'stands twice in one element');
    }
    if (reservation && (component.type === 'ENERGY' || component.type === 'PARKING_TIME')) {
      findings.add(`${at}.type`, 'a reservation is priced by FLAT and TIME only');
    }
    const taxes = compileTaxes(component, at, findings);
    return {
      index: firstIndex + position,
      elementIndex,
      dimension: component.type,
      reservation,
      priceMicros: findings.decimal(`${at}.price`, component.price, PRICE_DIGITS, GREATEST_PRICE),
      step: compileStep(component, at, findings),
      taxes,
      taxCategory: JSON.stringify(taxes.map((tax) => [tax.name, String(tax.percentMicros)])),
    };
  });
  const restrictions = compileRestrictions(
    document.restrictions ?? {},
    `${path}.restrictions`,
    findings,
  );
  const restricted = Object.keys(restrictions).some((name) => name !== 'reservation');
  return { index: elementIndex, components, restrictions, restricted };
}

function compileLimit(
  document: PriceLimitDocument | undefined,
  path: string,
  findings: Findings,
): PriceLimit | undefined {
  if (document === undefined) return undefined;
  const read = (text: string, name: string): bigint =>
    findings.decimal(`${path}.${name}`, text, PRICE_DIGITS, GREATEST_PRICE);
  const exclTaxMicros = read(document.excl_vat, 'excl_vat');
  if (document.incl_vat === undefined) return { exclTaxMicros };
  const inclTaxMicros = read(document.incl_vat, 'incl_vat');
  if (inclTaxMicros < exclTaxMicros) findings.add(`${path}.incl_vat`, 'is below excl_vat');
  return { exclTaxMicros, inclTaxMicros };
}

function checkLimits(minPrice: PriceLimit, maxPrice: PriceLimit, findings: Findings): void {
  const inclusiveReversed =
    minPrice.inclTaxMicros !== undefined &&
    maxPrice.inclTaxMicros !== undefined &&
    minPrice.inclTaxMicros > maxPrice.inclTaxMicros;
  if (minPrice.exclTaxMicros > maxPrice.exclTaxMicros || inclusiveReversed) {
    findings.add('max_price', 'is below min_price');
  }
}

/** `N/A` says that no tax applies, which is as much as `NO` where no tax is listed. */
function checkTaxIncluded(document: TariffDocument, findings: Findings): void {
  if (document.tax_included === 'YES') {
    findings.add(
      'tax_included',
      'prices that include their tax cannot be rated; give them without',
    );
  }
  const taxed = document.elements.some(({ price_components }) =>
    price_components.some(({ vat, taxes }) => vat !== undefined || taxes !== undefined),
  );
  if (document.tax_included === 'N/A' && taxed) {
    findings.add('tax_included', 'says that no tax applies, but a component has one');
  }
}

/**
 * Reads a tariff document of any origin: shape first, then every rule that a price could break.
 *
 * @throws RoamgridError `invalid_tariff`, with every finding as `fields[] {path, message}`
 */
export function readTariffDocument(json: unknown): TariffDocument {
  const result = tariffSchema.safeParse(json);
  if (!result.success) {
    const findings = new Findings();
    for (const issue of result.error.issues) findings.add(issue.path.join('.'), issue.message);
    findings.throwIfAny();
    throw new RoamgridError('invalid_tariff', 'not a tariff');
  }
  return result.data;
}

function compileValidity(
  document: TariffDocument,
  findings: Findings,
): Pick<Tariff, 'validFromMs' | 'validUntilMs'> {
  const instant = (path: 'start_date_time' | 'end_date_time' | 'last_updated') => {
    const text = document[path];
    return text === undefined ? undefined : findings.reading(path, 0, () => parseInstant(text));
  };
  instant('last_updated');
  const [validFromMs, validUntilMs] = [instant('start_date_time'), instant('end_date_time')];
  if (validFromMs !== undefined && validUntilMs !== undefined && validUntilMs <= validFromMs) {
    findings.add('end_date_time', 'must lie after start_date_time');
  }
  return {
    ...(validFromMs === undefined ? {} : { validFromMs }),
    ...(validUntilMs === undefined ? {} : { validUntilMs }),
  };
}

/**
 * Makes a tariff ready for rating.
 *
 * @param json a {@link TariffDocument}, or JSON that should be one
 * @throws RoamgridError `invalid_tariff`, with every finding as `fields[] {path, message}`
 */
export function parseTariff(json: unknown): Tariff {
  const document = readTariffDocument(json);
  const findings = new Findings();
  const currency = findings.reading('currency', 'USD', () => parseCurrency(document.currency));
  const elements: TariffElement[] = [];
  let componentCount = 0;
  for (const [index, element] of document.elements.entries()) {
    elements.push(compileElement(element, index, componentCount, findings));
    componentCount += element.price_components.length;
  }
  checkTaxIncluded(document, findings);
  const minPrice = compileLimit(document.min_price, 'min_price', findings);
  const maxPrice = compileLimit(document.max_price, 'max_price', findings);
  if (minPrice !== undefined && maxPrice !== undefined) checkLimits(minPrice, maxPrice, findings);
  const validity = compileValidity(document, findings);
  findings.throwIfAny();
  const some = (bound: (restrictions: Restrictions) => bigint | undefined): boolean =>
    elements.some((element) => bound(element.restrictions) !== undefined);
  return {
    countryCode: document.country_code,
    partyId: document.party_id,
    id: document.id,
    currency,
    elements,
    components: elements.flatMap((element) => element.components),
    ...(minPrice === undefined ? {} : { minPrice }),
    ...(maxPrice === undefined ? {} : { maxPrice }),
    ...validity,
    boundaries: findBoundaries(elements),
    restrictsCurrent: some((one) => one.minCurrentMilliA ?? one.maxCurrentMilliA),
    restrictsPower: some((one) => one.minPowerMilliW ?? one.maxPowerMilliW),
  };
}

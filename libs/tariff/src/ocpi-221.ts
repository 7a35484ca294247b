import { formatDecimalShort, parseDecimal } from '@roamgrid/kernel';
import { ocpiNumberToInteger, ocpiNumberToText } from './ocpi-number.js';
import { readTariffDocument } from './parse-tariff.js';
import type {
  PriceComponentDocument,
  PriceLimitDocument,
  RestrictionsDocument,
  TariffDocument,
  TariffElementDocument,
} from './tariff-document.js';

type JsonObject = Readonly<Record<string, unknown>>;
type Reader = (value: unknown) => unknown;

const PERCENT_DIGITS = 6;
const asIs: Reader = (value) => value;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keeps the members that have a reader; `null` counts as absent. What is no object is left to the schema. */
const objectOf =
  (readers: Readonly<Record<string, Reader>>): Reader =>
  (value) => {
    if (!isObject(value)) return value;
    const known = Object.entries(readers).flatMap(([name, read]): [string, unknown][] => {
      const member = value[name];
      return member === undefined || member === null ? [] : [[name, read(member)]];
    });
    return Object.fromEntries(known);
  };

/**
 * Keeps unknown members too, for the schema to refuse: an element whose condition nobody reads would be applied
 * unconditionally, and a price that depends on what is not known is not known.
 */
const wholeObjectOf =
  (readers: Readonly<Record<string, Reader>>): Reader =>
  (value) => {
    if (!isObject(value)) return value;
    const present = Object.entries(value).filter(
      ([, member]) => member !== undefined && member !== null,
    );
    return Object.fromEntries(
      present.map(([name, member]) => [
        name,
        Object.hasOwn(readers, name) ? readers[name]?.(member) : member,
      ]),
    );
  };

const listOf =
  (read: Reader): Reader =>
  (value) =>
    Array.isArray(value) ? value.map(read) : value;

/** OCPI date-times are UTC with or without the designator. */
const readDateTime: Reader = (value) =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(value) ? `${value}Z` : value;

/** 2.2.1 `{excl_vat, incl_vat}`, 2.3.0 `{before_taxes, after_taxes}`, or a bare number without tax. */
const readLimit: Reader = (value) => {
  const text = ocpiNumberToText(value);
  if (typeof text === 'string') return { excl_vat: text };
  if (!isObject(value)) return value;
  return objectOf({ excl_vat: ocpiNumberToText, incl_vat: ocpiNumberToText })({
    excl_vat: value['excl_vat'] ?? value['before_taxes'],
    incl_vat: value['incl_vat'] ?? value['after_taxes'],
  });
};

const readTax = objectOf({ name: asIs, percentage: ocpiNumberToText });

const readComponent = objectOf({
  type: asIs,
  price: ocpiNumberToText,
  step_size: ocpiNumberToInteger,
  vat: ocpiNumberToText,
  taxes: listOf(readTax),
});

const readRestrictions = wholeObjectOf({
  start_time: asIs,
  end_time: asIs,
  start_date: asIs,
  end_date: asIs,
  min_kwh: ocpiNumberToText,
  max_kwh: ocpiNumberToText,
  min_current: ocpiNumberToText,
  max_current: ocpiNumberToText,
  min_power: ocpiNumberToText,
  max_power: ocpiNumberToText,
  min_duration: ocpiNumberToInteger,
  max_duration: ocpiNumberToInteger,
  day_of_week: asIs,
  reservation: asIs,
});

const readTariff = objectOf({
  country_code: asIs,
  party_id: asIs,
  id: asIs,
  currency: asIs,
  type: asIs,
  tariff_alt_text: listOf(objectOf({ language: asIs, text: asIs })),
  tariff_alt_url: asIs,
  min_price: readLimit,
  max_price: readLimit,
  tax_included: asIs,
  elements: listOf(
    objectOf({ price_components: listOf(readComponent), restrictions: readRestrictions }),
  ),
  start_date_time: readDateTime,
  end_date_time: readDateTime,
  last_updated: readDateTime,
});

/**
 * Reads an OCPI 2.2.1 tariff (2.3.0's price limits and `tax_included` too) from JSON whose numbers were parsed
 * without loss: objects with `isLosslessNumber` and `value`, or texts. Members that OCPI adds and pricing does
 * not need are ignored, as the standard asks; a restriction that is not known is refused.
 *
 * @throws RoamgridError `invalid_tariff`, with every finding as `fields[] {path, message}`
 */
export function fromOcpi221(json: unknown): TariffDocument {
  return readTariffDocument(readTariff(json));
}

/** Makes a JSON number of plain decimal text, e.g. `(text) => new LosslessNumber(text)`. */
export type NumberMaker = (text: string) => unknown;

function limitToOcpi(limit: PriceLimitDocument, number: NumberMaker): JsonObject {
  return {
    excl_vat: number(limit.excl_vat),
    ...(limit.incl_vat === undefined ? {} : { incl_vat: number(limit.incl_vat) }),
  };
}

/** 2.2.1 knows one VAT percentage; several taxes on the same price are as much as their sum. */
function vatOf({ vat, taxes = [] }: PriceComponentDocument, number: NumberMaker): JsonObject {
  if (vat !== undefined) return { vat: number(vat) };
  if (taxes.length === 0) return {};
  const sum = taxes.reduce(
    (total, tax) => total + parseDecimal(tax.percentage, PERCENT_DIGITS),
    0n,
  );
  return { vat: number(formatDecimalShort(sum, PERCENT_DIGITS)) };
}

const NUMBER_RESTRICTIONS: ReadonlySet<string> = new Set([
  'min_kwh',
  'max_kwh',
  'min_current',
  'max_current',
  'min_power',
  'max_power',
]);

function restrictionsToOcpi(restrictions: RestrictionsDocument, number: NumberMaker): JsonObject {
  return Object.fromEntries(
    Object.entries(restrictions).map(([name, value]) => [
      name,
      typeof value === 'string' && NUMBER_RESTRICTIONS.has(name) ? number(value) : value,
    ]),
  );
}

function elementToOcpi(
  { price_components, restrictions }: TariffElementDocument,
  number: NumberMaker,
): JsonObject {
  return {
    price_components: price_components.map((component) => ({
      type: component.type,
      price: number(component.price),
      ...vatOf(component, number),
      step_size: component.step_size,
    })),
    ...(restrictions === undefined
      ? {}
      : { restrictions: restrictionsToOcpi(restrictions, number) }),
  };
}

/**
 * A tariff as an OCPI 2.2.1 object. By default decimals become plain JSON numbers: a tariff that `parseTariff`
 * accepts has at most 13 significant digits, so they keep their value, though not trailing zeros.
 */
export function toOcpi221(tariff: TariffDocument, number: NumberMaker = Number): JsonObject {
  const { min_price, max_price, elements, ...others } = tariff;
  // 2.2.1 does not have this member: its prices are always without tax.
  delete others.tax_included;
  return {
    ...others,
    ...(min_price === undefined ? {} : { min_price: limitToOcpi(min_price, number) }),
    ...(max_price === undefined ? {} : { max_price: limitToOcpi(max_price, number) }),
    elements: elements.map((element) => elementToOcpi(element, number)),
  };
}

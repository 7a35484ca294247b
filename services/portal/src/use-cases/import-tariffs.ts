import {
  customerClass,
  decimalString,
  draftTariff,
  stationClass,
  tariffView,
  type TariffView,
} from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { TariffDocument, TariffElementDocument } from '@roamgrid/tariff';
import { z } from 'zod';
import type { Portal } from '../ports.js';
import type { RowImporter, RowOutcome } from './import-rows.js';
import { readRow } from './read-row.js';

const timeOfDay = z.string().regex(/^\d{2}:\d{2}$/, 'HH:MM');
/** `State tax=5.5; City tax=1` */
const TAX = /^([^=;]{1,64})=(\d{1,3}(?:\.\d{1,6})?)$/;
const taxes = z
  .string()
  .transform((text) => text.split(';').map((part) => TAX.exec(part.trim())))
  .refine((parts) => parts.every((part) => part !== null), 'name=percentage, with ; between')
  .transform((parts) =>
    parts.map((part) => ({ name: part?.[1]?.trim() ?? '', percentage: part?.[2] ?? '' })),
  );

/** One tariff a line: prices without tax, by day and night, for time, parking and the session. */
const tariffRow = z
  .strictObject({
    id: z.string().min(1).max(36),
    customerClass,
    stationClass,
    purpose: tariffView.shape.purpose.default('wholesale'),
    text: z.string().max(512).optional(),
    energyPricePerKwh: decimalString,
    nightEnergyPricePerKwh: decimalString.optional(),
    nightFrom: timeOfDay.optional(),
    nightTo: timeOfDay.optional(),
    timePricePerHour: decimalString.optional(),
    parkingPricePerHour: decimalString.optional(),
    sessionPrice: decimalString.optional(),
    taxes: taxes.optional(),
    from: z.iso.datetime().optional(),
  })
  .refine(
    (row) =>
      [row.nightEnergyPricePerKwh, row.nightFrom, row.nightTo].filter((one) => one === undefined)
        .length %
        3 ===
      0,
    { message: 'a night has a price, a beginning and an end', path: ['nightEnergyPricePerKwh'] },
  );
type TariffRow = z.output<typeof tariffRow>;
type Price = TariffElementDocument['price_components'][number];

/** The dimensions that a column prices, and how finely they are counted. */
const OTHER_PRICES = [
  ['timePricePerHour', 'TIME', 60],
  ['parkingPricePerHour', 'PARKING_TIME', 60],
  ['sessionPrice', 'FLAT', 1],
] as const;

function elementsOf(row: TariffRow): TariffElementDocument[] {
  const shared = row.taxes === undefined ? {} : { taxes: row.taxes };
  const priced = (type: Price['type'], price: string, step: number): Price => ({
    type,
    price,
    step_size: step,
    ...shared,
  });
  const energy = (price: string, start?: string, end?: string): TariffElementDocument => ({
    price_components: [priced('ENERGY', price, 1)],
    ...(start === undefined || end === undefined
      ? {}
      : { restrictions: { start_time: start, end_time: end } }),
  });
  const { energyPricePerKwh, nightEnergyPricePerKwh, nightFrom, nightTo } = row;
  const others = OTHER_PRICES.flatMap(([column, type, step]) => {
    const price = row[column];
    return price === undefined ? [] : [{ price_components: [priced(type, price, step)] }];
  });
  return [
    ...(nightEnergyPricePerKwh === undefined
      ? [energy(energyPricePerKwh)]
      : [
          energy(energyPricePerKwh, nightTo, nightFrom),
          energy(nightEnergyPricePerKwh, nightFrom, nightTo),
        ]),
    ...others,
  ];
}

function documentOf(portal: Portal, row: TariffRow): TariffDocument {
  const { contractProviders, currency } = portal.registry.entry(portal.utility);
  const [provider = ''] = contractProviders;
  return {
    country_code: provider.slice(0, 2),
    party_id: provider.slice(2),
    id: row.id,
    currency,
    type: 'REGULAR',
    ...(row.text === undefined ? {} : { tariff_alt_text: [{ language: 'en', text: row.text }] }),
    elements: elementsOf(row),
    ...(row.from === undefined ? {} : { start_date_time: row.from }),
    last_updated: formatInstant(portal.clock.now()),
  };
}

/** The newest version of the tariff whose document has that id; null where there is none. */
async function newestOf(portal: Portal, id: string): Promise<TariffView | null> {
  const read = async (): Promise<TariffView | null> => {
    const views = await portal.views.list({
      kind: 'tariff',
      limit: 10_000,
      after: null,
      fromMs: null,
      toMs: null,
      conditions: [],
    });
    const versions = views
      .map(({ data }) => data as unknown as TariffView)
      .filter(({ document, state }) => document.id === id && state !== 'withdrawn');
    return versions.toSorted((left, right) => right.version - left.version)[0] ?? null;
  };
  return portal.freshness.find('tariff', read);
}

/** When it was written down makes no other tariff of it. */
function isSame(known: TariffView, row: TariffRow, document: TariffDocument): boolean {
  const said = ({ last_updated: _when, ...rest }: TariffDocument): string => canonical(rest);
  return (
    said(known.document) === said(document) &&
    known.customerClass === row.customerClass &&
    known.stationClass === row.stationClass &&
    known.purpose === row.purpose
  );
}

/** Members in one order, however they were written. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(
          Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)),
        )
      : member,
  );
}

async function importTariff(
  portal: Portal,
  author: string,
  cells: Readonly<Record<string, string>>,
  dryRun: boolean,
): Promise<RowOutcome> {
  const row = readRow(tariffRow, cells, 'a tariff');
  const document = documentOf(portal, row);
  const newest = await newestOf(portal, row.id);
  if (newest !== null && isSame(newest, row, document)) return 'unchanged';
  await portal.bus.request(draftTariff, portal.utility, {
    tariffId: newest?.tariffId ?? null,
    customerClass: row.customerClass,
    stationClass: row.stationClass,
    purpose: row.purpose,
    document,
    author,
    dryRun,
  });
  return 'created';
}

/** Tariffs from CSV, as drafts: publishing them needs another person. */
export function tariffImporter(portal: Portal, author: string): RowImporter {
  return {
    kind: 'tariffs',
    columns: Object.keys(tariffRow.shape),
    required: ['id', 'customerClass', 'stationClass', 'energyPricePerKwh'],
    // few, and each looks for the newest version before it
    keyOf: () => 'tariffs',
    importRow: (row, dryRun) => importTariff(portal, author, row, dryRun),
  };
}

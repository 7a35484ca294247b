import { cdrDocument, decimalString, invoiceDocument, ratedLine } from '@roamgrid/contracts';
import {
  addMoney,
  formatMoney,
  money,
  parseCurrency,
  parseEnergyKwh,
  parseEnergyWh,
  parseMoney,
  type EnergyMilliWh,
} from '@roamgrid/kernel';
import { z } from 'zod';
import { ratable, rerateCdr } from './rerate-cdr.js';
import { assertSame, Difference } from './verify-check.js';

/** A tax that a price limit adjusts has no percentage. */
const taxes = z.array(
  z.looseObject({ name: z.string(), base: decimalString, amount: decimalString }),
);

const invoiceFigures = invoiceDocument
  .pick({
    currency: true,
    totalExclTax: true,
    tax: true,
    totalInclTax: true,
    commission: true,
    commissionTax: true,
    fxSpread: true,
    payable: true,
  })
  .extend({ taxes })
  .loose();

const metered = cdrDocument.pick({ energyKwh: true, periods: true, meter: true }).loose();

const ratedFigures = cdrDocument
  .pick({ currency: true, totalExclTax: true, tax: true, totalInclTax: true, settlement: true })
  .extend({ lines: z.array(ratedLine), taxes })
  .loose();

/** Where a document departs from its schema first. */
export function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  return `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'not as documented'}`;
}

/** Reads the part of a document that a check needs. @throws Difference naming the first offence */
export function readPart<Part extends z.ZodType>(schema: Part, document: unknown): z.output<Part> {
  const result = schema.safeParse(document);
  if (!result.success) throw new Difference(firstIssue(result.error));
  return result.data;
}

/** Adds amounts of one currency and writes the sum. @throws RoamgridError `malformed_decimal` */
function sumOf(amounts: readonly string[], currency: string): string {
  const code = parseCurrency(currency);
  const sum = amounts.map((amount) => parseMoney(amount, code)).reduce(addMoney, money(code, 0n));
  return formatMoney(sum);
}

function negated(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}

interface Totals {
  readonly currency: string;
  readonly taxes: readonly { readonly amount: string }[];
  readonly totalExclTax: string;
  readonly tax: string;
  readonly totalInclTax: string;
}

function assertTotals({ currency, taxes, totalExclTax, tax, totalInclTax }: Totals): void {
  const taxAmounts = taxes.map(({ amount }) => amount);
  assertSame('tax', tax, sumOf(taxAmounts, currency));
  assertSame('totalInclTax', totalInclTax, sumOf([totalExclTax, tax], currency));
}

/** Tax, total and payable of an invoice follow from its other figures. @throws Difference */
export function checkInvoiceFigures(document: unknown): string {
  const invoice = readPart(invoiceFigures, document);
  assertTotals(invoice);
  const { currency, totalInclTax, commission, commissionTax, fxSpread, payable } = invoice;
  const off = [commission, commissionTax, fxSpread ?? '0'].map(negated);
  const left = [totalInclTax, ...off];
  assertSame('payable', payable, sumOf(left, currency));
  return `${totalInclTax} ${currency}, payable ${payable}`;
}

/** Lines, taxes, totals and splits of a CDR add up. @throws Difference */
export function checkCdrFigures(document: unknown): string {
  const cdr = readPart(ratedFigures, document);
  const lineAmounts = cdr.lines.map(({ amount }) => amount);
  assertSame('totalExclTax', cdr.totalExclTax, sumOf(lineAmounts, cdr.currency));
  assertTotals(cdr);
  const { base, commission, commissionTax, fxSpread, payable } = cdr.settlement;
  assertSame('the base of the splits', base, cdr.totalExclTax);
  const off = [commission, commissionTax, fxSpread ?? '0'].map(negated);
  const left = [cdr.totalInclTax, ...off];
  assertSame('payable', payable, sumOf(left, cdr.currency));
  return `${cdr.totalInclTax} ${cdr.currency}, payable ${payable}`;
}

function assertEnergy(what: string, found: EnergyMilliWh, expected: EnergyMilliWh): void {
  assertSame(what, `${String(found)} mWh`, `${String(expected)} mWh`);
}

/** Registers, periods and billed energy tell the same. @throws Difference */
export function checkMetering(document: unknown): string {
  const cdr = readPart(metered, document);
  const registerStart = parseEnergyWh(cdr.meter.startWh);
  const registerStop = parseEnergyWh(cdr.meter.stopWh);
  let reading = registerStart;
  cdr.periods.forEach((period, index) => {
    const name = `period ${String(index)}`;
    const [start, end] = [parseEnergyWh(period.startWh), parseEnergyWh(period.endWh)];
    assertEnergy(`the start of ${name}`, start, reading);
    assertEnergy(`the energy of ${name}`, parseEnergyWh(period.energyWh), end - start);
    reading = end;
  });
  assertEnergy('the last period’s end', reading, registerStop);
  assertEnergy('energyKwh', parseEnergyKwh(cdr.energyKwh), registerStop - registerStart);
  return `${cdr.energyKwh} kWh in ${String(cdr.periods.length)} periods`;
}

const LINE_FIGURES = [
  'description',
  'component',
  'quantity',
  'unit',
  'unitPrice',
  'amount',
] as const;

function describeLine(line: Readonly<Record<string, unknown>>): string {
  return LINE_FIGURES.map((name) => String(line[name])).join(' | ');
}

/** Re-rates a CDR from itself and compares every line, tax and total. @throws Difference, RoamgridError */
export function checkRerating(document: unknown): string {
  const cdr = readPart(ratedFigures, document);
  const again = rerateCdr(readPart(ratable, document));
  assertSame('the currency', cdr.currency, again.currency);
  assertSame('the number of lines', String(cdr.lines.length), String(again.lines.length));
  again.lines.forEach((line, index) => {
    const found = describeLine(cdr.lines[index] ?? {});
    assertSame(`line ${String(index)}`, found, describeLine({ ...line }));
  });
  const taxText = (taxes: readonly { name: string; base: string; amount: string }[]): string =>
    taxes.map(({ name, base, amount }) => `${name} ${amount} on ${base}`).join(', ');
  assertSame('the taxes', taxText(cdr.taxes), taxText(again.taxes));
  for (const name of ['totalExclTax', 'tax', 'totalInclTax'] as const) {
    assertSame(name, cdr[name], again[name]);
  }
  return `${String(again.lines.length)} lines, ${again.totalInclTax} ${again.currency}`;
}

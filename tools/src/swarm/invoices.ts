import {
  formatEnergyKwh,
  formatInstant,
  parseEnergyKwh,
  parseMoney,
  type EnergyMilliWh,
} from '@roamgrid/kernel';
import { z } from 'zod';
import { refused, type DemoGateway } from '../demo-gateway.js';
import type { BookedCdr } from './booked.js';
import { readAll } from './read-all.js';

const totals = { totalExclTax: z.string(), tax: z.string(), totalInclTax: z.string() };
const invoice = z.looseObject({
  invoiceId: z.string(),
  documentHash: z.string(),
  document: z.looseObject({ currency: z.string(), lineCount: z.number(), ...totals }),
});
const invoiceLine = z.looseObject({ cdrId: z.string(), energyKwh: z.string(), ...totals });
const FIGURES = ['totalExclTax', 'tax', 'totalInclTax'] as const;

/** An invoice that one visited utility made for one home of the swarm's drivers. */
export interface SwarmInvoice {
  readonly invoiceId: string;
  readonly partner: string;
  readonly documentHash: string;
  readonly currency: string;
  readonly lineCount: number;
  /** in minor units, as the document says */
  readonly totals: Readonly<Record<(typeof FIGURES)[number], bigint>>;
  readonly lines: readonly {
    readonly cdrId: string;
    readonly energyMilliWh: EnergyMilliWh;
    readonly totals: Readonly<Record<(typeof FIGURES)[number], bigint>>;
  }[];
}

const PAGE = 500;
const RECEIVED_MS = 180_000;
const EPOCH = '1970-01-01T00:00:00Z';

function minorOf(
  figures: Readonly<Record<(typeof FIGURES)[number], string>>,
  currency: string,
): SwarmInvoice['totals'] {
  const minor = (name: (typeof FIGURES)[number]): bigint =>
    parseMoney(figures[name], currency).minor;
  return {
    totalExclTax: minor('totalExclTax'),
    tax: minor('tax'),
    totalInclTax: minor('totalInclTax'),
  };
}

/** The end of a period that leaves about a quarter of the charges for the next one; null for no charge. */
export function periodEndOf(cdrs: readonly BookedCdr[]): number | null {
  const ends = cdrs.map(({ endMs }) => endMs).sort((left, right) => left - right);
  const last = ends.length < 2 ? ends[0] : ends[ends.length - 1 - Math.ceil(ends.length * 0.25)];
  return last === undefined ? null : last + 1;
}

async function closePeriod(
  gateway: DemoGateway,
  utility: string,
  partner: string,
  toMs: number,
): Promise<SwarmInvoice> {
  const body = { partner, from: EPOCH, to: formatInstant(toMs) };
  const answer = await gateway.ask(utility, 'POST', '/billing-periods', body);
  if (answer.status !== 201) throw refused(`closing ${utility}'s period with ${partner}`, answer);
  const { invoiceId, documentHash, document } = invoice.parse(answer.body);
  const { currency, lineCount } = document;
  const path = `/invoices/${invoiceId}/lines?limit=${String(PAGE)}`;
  const lines = await gateway.until(`${utility} shows the lines of ${invoiceId}`, RECEIVED_MS, () =>
    linesOf(gateway, utility, path, lineCount),
  );
  return {
    invoiceId,
    partner,
    documentHash,
    currency,
    lineCount,
    totals: minorOf(document, currency),
    lines: lines.map((line) => ({
      cdrId: line.cdrId,
      energyMilliWh: parseEnergyKwh(line.energyKwh),
      totals: minorOf(line, currency),
    })),
  };
}

async function linesOf(gateway: DemoGateway, utility: string, path: string, count: number) {
  const lines = await readAll(gateway, utility, path, invoiceLine);
  return lines.length < count ? null : lines;
}

/** Closes a period of a visited utility with every home that has charges open, and leaves some open. */
export async function closePeriods(
  gateway: DemoGateway,
  utility: string,
  cdrs: readonly BookedCdr[],
): Promise<SwarmInvoice[]> {
  const open = cdrs.filter(({ role, standing }) => role === 'visited' && standing === 'open');
  const partners = [...new Set(open.map(({ homeUtility }) => homeUtility))].sort();
  const invoices: SwarmInvoice[] = [];
  for (const partner of partners) {
    const toMs = periodEndOf(open.filter(({ homeUtility }) => homeUtility === partner));
    if (toMs !== null) invoices.push(await closePeriod(gateway, utility, partner, toMs));
  }
  return invoices;
}

/**
 * What differs between invoices and the records they stand on: lines and totals, each record's figures, and
 * how much of the swarm's energy is invoiced. Pure.
 */
export function compareInvoices(
  invoices: readonly SwarmInvoice[],
  cdrs: readonly BookedCdr[],
): string[] {
  const byId = new Map(cdrs.map((cdr) => [cdr.cdrId, cdr]));
  const lines = invoices.flatMap((one) => one.lines.filter(({ cdrId }) => byId.has(cdrId)));
  const onLines = lines.reduce((sum, { energyMilliWh }) => sum + energyMilliWh, 0n);
  const inBooks = cdrs
    .filter(({ standing }) => standing === 'invoiced')
    .reduce((sum, { energyMilliWh }) => sum + energyMilliWh, 0n);
  const energy = `invoice lines of ${formatEnergyKwh(onLines)} kWh, records of ${formatEnergyKwh(inBooks)} kWh are invoiced`;
  return [
    ...invoices.flatMap(differingTotals),
    ...lines.flatMap((line) => differingLine(line, byId.get(line.cdrId))),
    ...(onLines === inBooks ? [] : [energy]),
  ];
}

function differingTotals({ invoiceId, lineCount, lines, totals: told }: SwarmInvoice): string[] {
  const sums = FIGURES.filter(
    (name) => lines.reduce((sum, line) => sum + line.totals[name], 0n) !== told[name],
  );
  return [
    ...(lines.length === lineCount
      ? []
      : [`invoice ${invoiceId}: it has not as many lines as it says`]),
    ...sums.map((name) => `invoice ${invoiceId}: its lines do not sum to its ${name}`),
  ];
}

function differingLine(
  { cdrId, energyMilliWh, totals: told }: SwarmInvoice['lines'][number],
  cdr: BookedCdr | undefined,
): string[] {
  if (cdr === undefined) return [];
  const isSame =
    energyMilliWh === cdr.energyMilliWh &&
    told.totalExclTax === cdr.exclTaxMinor &&
    told.tax === cdr.taxMinor &&
    told.totalInclTax === cdr.inclTaxMinor;
  return isSame ? [] : [`CDR ${cdrId}: its line on the invoice has other figures`];
}

/** Every invoice reaches its debtor, the same to the byte. */
export async function checkReceived(
  gateway: DemoGateway,
  invoices: readonly SwarmInvoice[],
): Promise<string[]> {
  const differences: string[] = [];
  for (const { invoiceId, partner, documentHash } of invoices) {
    const what = `${partner} has received the invoice ${invoiceId}`;
    const received = await gateway.until(what, RECEIVED_MS, async () => {
      const answer = await gateway.ask(partner, 'GET', `/invoices/${invoiceId}`);
      return answer.status === 200 ? invoice.parse(answer.body) : null;
    });
    if (received.documentHash !== documentHash) {
      differences.push(`invoice ${invoiceId}: ${partner} holds another document`);
    }
  }
  return differences;
}

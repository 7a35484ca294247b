import { formatMoney, parseCurrency, parseMoney } from '@roamgrid/kernel';
import { z } from 'zod';
import { refused, type DemoGateway } from '../demo-gateway.js';
import { askUntilAnswered } from './answered.js';

const EPOCH = '1970-01-01T00:00:00Z';

const billAnswer = z.looseObject({
  billId: z.string(),
  document: z.looseObject({
    currency: z.string(),
    totalInclTax: z.string(),
    lines: z.array(
      z.looseObject({ sessionId: z.string(), cdrId: z.string(), totalInclTax: z.string() }),
    ),
  }),
});
const billsAnswer = z.looseObject({ items: z.array(billAnswer) });

/** A bill that one home made for one of its drivers; amounts in minor units. */
export interface SwarmBill {
  readonly home: string;
  readonly billId: string;
  readonly currency: string;
  readonly totalMinor: bigint;
  readonly lines: readonly {
    readonly sessionId: string;
    readonly cdrId: string;
    readonly totalMinor: bigint;
  }[];
}

/** What a driver must be billed for one charge, by the swarm's own record. */
export interface OwedByDriver {
  /** for people: which charge of which station */
  readonly label: string;
  readonly cdrId: string;
  readonly home: string;
  readonly currency: string;
  readonly minor: bigint;
}

/** As home: bills every driver for what stands on no bill yet. */
export async function makeBills(
  gateway: DemoGateway,
  home: string,
  to: string,
): Promise<SwarmBill[]> {
  const answer = await askUntilAnswered(gateway, home, '/bills', { from: EPOCH, to });
  if (answer.status !== 201) throw refused(`billing the drivers of ${home}`, answer);
  return billsAnswer.parse(answer.body).items.map(({ billId, document }) => {
    const { currency, totalInclTax, lines } = document;
    const minor = (text: string): bigint => parseMoney(text, currency).minor;
    return {
      home,
      billId,
      currency,
      totalMinor: minor(totalInclTax),
      lines: lines.map((line) => ({
        sessionId: line.sessionId,
        cdrId: line.cdrId,
        totalMinor: minor(line.totalInclTax),
      })),
    };
  });
}

const amount = (minor: bigint, currency: string): string =>
  `${formatMoney({ currency: parseCurrency(currency), minor })} ${currency}`;

function differingCharge(owed: OwedByDriver, lines: readonly BilledLine[]): string[] {
  const { label, cdrId, home, currency, minor } = owed;
  const what = `${home}: ${label}: owed by retail ${amount(minor, currency)}`;
  const [line, ...others] = lines.filter((one) => one.cdrId === cdrId);
  if (line === undefined) return [`${what}, on no bill`];
  if (others.length > 0) return [`${what}, on ${String(others.length + 1)} bills`];
  if (line.currency === currency && line.totalMinor === minor) return [];
  return [`${what}, billed ${amount(line.totalMinor, line.currency)} (session ${line.sessionId})`];
}

interface BilledLine {
  readonly sessionId: string;
  readonly cdrId: string;
  readonly totalMinor: bigint;
  readonly currency: string;
}

/** What the swarm's drivers owe and were billed, by currency. */
export interface BilledSum {
  readonly currency: string;
  readonly owedMinor: bigint;
  readonly billedMinor: bigint;
}

export function sumBills(owed: readonly OwedByDriver[], bills: readonly SwarmBill[]): BilledSum[] {
  const ofSwarm = new Set(owed.map(({ cdrId }) => cdrId));
  const currencies = [...new Set(owed.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => ({
    currency,
    owedMinor: owed
      .filter((one) => one.currency === currency)
      .reduce((sum, { minor }) => sum + minor, 0n),
    billedMinor: bills
      .filter((bill) => bill.currency === currency)
      .flatMap(({ lines }) => lines)
      .filter(({ cdrId }) => ofSwarm.has(cdrId))
      .reduce((sum, { totalMinor }) => sum + totalMinor, 0n),
  }));
}

/**
 * Holds the drivers' bills against what they owe by the swarm's own record: each charge once, to the cent; each bill
 * the sum of its lines; all bills the sum of all retail. Pure.
 */
export function compareBills(owed: readonly OwedByDriver[], bills: readonly SwarmBill[]): string[] {
  const lines = bills.flatMap(({ lines: own, currency }) =>
    own.map((line) => ({ ...line, currency })),
  );
  const totals = bills
    .filter(
      (bill) => bill.lines.reduce((sum, line) => sum + line.totalMinor, 0n) !== bill.totalMinor,
    )
    .map(({ home, billId }) => `${home}: bill ${billId}: its lines do not sum to its total`);
  const sums = sumBills(owed, bills)
    .filter(({ owedMinor, billedMinor }) => owedMinor !== billedMinor)
    .map(
      ({ currency, owedMinor, billedMinor }) =>
        `drivers owe ${amount(owedMinor, currency)} by retail, billed ${amount(billedMinor, currency)}`,
    );
  return [...owed.flatMap((one) => differingCharge(one, lines)), ...totals, ...sums];
}

import { parseMoney, RoamgridError, type CurrencyCode } from '@roamgrid/kernel';
import { netFigures } from '../../netting/draft-settlement.js';
import type { SettlementRecord } from '../../netting/records.js';
import { canonicalText } from '../../documents/canonical-text.js';
import type { Books, Ports } from '../../ports.js';

const PAGE = 200;
const SIGNED_BY_BOTH: ReadonlySet<string> = new Set(['agreed', 'paying', 'settled']);

export interface SettlementFinding {
  readonly subject: string;
  readonly detail: string;
}

/**
 * Every settlement that both have signed: signatures, sums, that its items are what our invoices gave up,
 * and that what the clearing account holds of it is what is still to be paid.
 */
export async function auditSettlements(
  ports: Ports,
): Promise<{ checked: number; findings: SettlementFinding[] }> {
  const findings: SettlementFinding[] = [];
  let checked = 0;
  let after = '';
  for (;;) {
    const page = await ports.work.run((books) => books.settlements.idsAfter(after, PAGE));
    for (const settlementId of page) {
      const details = await ports.work.run((books) => auditSettlement(ports, books, settlementId));
      if (details === null) continue;
      checked += 1;
      findings.push(...details.map((detail) => ({ subject: settlementId, detail })));
    }
    after = page.at(-1) ?? '';
    if (page.length < PAGE) return { checked, findings };
  }
}

async function auditSettlement(
  ports: Ports,
  books: Books,
  settlementId: string,
): Promise<string[] | null> {
  const record = await books.settlements.find(settlementId);
  if (record === null || !SIGNED_BY_BOTH.has(record.state)) return null;
  return [
    ...(await signatureFindings(ports, record)),
    ...sumFindings(record),
    ...(await itemFindings(books, record)),
    ...(await clearingFindings(books, record)),
  ];
}

async function signatureFindings(ports: Ports, { settlement }: SettlementRecord) {
  try {
    const { parties } = settlement.document;
    await ports.verifier.verifyCosigned(settlement, parties, 'settlement');
    return [];
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return [error.message];
  }
}

function sumFindings({ settlement }: SettlementRecord): string[] {
  const { document } = settlement;
  const figures = netFigures(document.parties, document.currency, document.items);
  return Object.entries(figures)
    .filter(
      ([name, value]) =>
        canonicalText(document[name as keyof typeof figures]) !== canonicalText(value),
    )
    .map(([name]) => `${name} does not follow from the items`);
}

async function itemFindings(books: Books, { settlement }: SettlementRecord): Promise<string[]> {
  const { settlementId, currency, items } = settlement.document;
  const taken = await books.settlements.takenOf(settlementId);
  const byInvoice = new Map(taken.map(({ invoiceId, minor }) => [invoiceId, minor]));
  const isSame = items.every(({ invoiceId, kind, amount }) => {
    const minor = parseMoney(amount, currency).minor;
    return byInvoice.get(invoiceId) === (kind === 'invoice' ? minor : -minor);
  });
  return isSame && taken.length === items.length
    ? []
    : ['its items are not what the invoices gave up'];
}

/** The clearing account holds a settlement's sum until the payment takes it off again. */
async function clearingFindings(
  books: Books,
  { settlement, partner, state }: SettlementRecord,
): Promise<string[]> {
  const { settlementId, currency, payer, amount } = settlement.document;
  const keys = [`settlement:${settlementId}`];
  for (const { paymentId } of await books.payments.ofSettlement(settlementId)) {
    keys.push(`payment:${paymentId}`, `payment:${paymentId}:returned`);
  }
  const held = await clearingSum(books, keys, partner, currency);
  const minor = parseMoney(amount, currency).minor;
  const openMinor = payer === partner ? minor : -minor;
  const expected = state === 'settled' ? 0n : openMinor;
  return held === expected ? [] : [`the clearing account holds ${String(held)} of it`];
}

async function clearingSum(
  books: Books,
  keys: readonly string[],
  partner: string,
  currency: CurrencyCode,
): Promise<bigint> {
  let sum = 0n;
  for (const key of keys) {
    for (const line of await books.journal.findLines(key)) {
      const isClearing = line.account.endsWith(`clearing:${partner}`) && line.currency === currency;
      if (isClearing) sum += line.amountMinor;
    }
  }
  return sum;
}

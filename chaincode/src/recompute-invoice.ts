import type { Call } from './call.js';
import { canonicalText, hashHex, sha256 } from './canonical.js';
import type { Members } from './members.js';
import type { Parties } from './parties.js';
import { hashFromHex, hashToHex, merkleRoot, parseEnergyKwh, parseMoney } from './pure.js';
import { Refusal } from './refusal.js';

/**
 * What a verification recomputes, and says that it did. The charge detail records themselves are not
 * rated again, nor are entitlements and signatures looked at: the record claims nothing of the kind.
 */
export const INVOICE_CHECKS: readonly string[] = [
  'documentHash',
  'energyTotal',
  'lineCount',
  'merkleRoot',
  'moneyTotals',
  'parties',
  'sequence',
];

/**
 * Recomputes an invoice from its lines, both given as transient data: `invoice` is the document, `lines`
 * a list of `{leafHash, sequence, energyKwh, totalExclTax, tax, totalInclTax}` in the order of the tree.
 *
 * @throws Refusal `unprocessable` a figure differs; `invalid_proof` the root does;
 *   `not_built` the records themselves are given, to be rated again
 */
export function recomputeInvoice(call: Call, parties: Parties, documentHash: string): void {
  if (call.transient.has('cdrs')) {
    throw new Refusal('not_built', 'rating again inside the contract is not built yet');
  }
  const invoice = call.transient.object('invoice');
  const lines = call.transient.objects('lines');
  for (const line of lines) {
    line.requireOnly(['leafHash', 'sequence', 'energyKwh', 'totalExclTax', 'tax', 'totalInclTax']);
  }
  const hash = hashHex(canonicalText(call.transient.value('invoice')));
  expect(hash === documentHash, 'the document has another hash');
  expect(
    call.transient.hash('invoiceHash') === documentHash,
    'a verification names the invoice it verifies',
  );
  expect(invoice.text('visitedUtility') === parties.creditor, 'the creditor is another utility');
  expect(invoice.text('homeUtility') === parties.debtor, 'the debtor is another utility');
  expect(invoice.count('lineCount') === lines.length, 'the number of lines differs');
  checkSequence(invoice, lines);
  checkEnergy(invoice, lines);
  checkMoney(invoice, lines);
  checkRoot(invoice, lines);
}

/** Every number from..to is a line or stands among the excluded, once. */
function checkSequence(invoice: Members, lines: readonly Members[]): void {
  const from = invoice.count('sequenceFrom');
  const to = invoice.count('sequenceTo');
  const numbers = [...lines, ...invoice.objects('excluded')].map((item) => item.count('sequence'));
  const distinct = new Set(numbers);
  const inside = numbers.every((number) => number >= from && number <= to);
  expect(
    inside && distinct.size === numbers.length && numbers.length === to - from + 1,
    'the sequence has a gap, a repetition or a number outside its bounds',
  );
}

function checkEnergy(invoice: Members, lines: readonly Members[]): void {
  const energyMilliWh = (item: Members): bigint => parseEnergyKwh(item.text('energyKwh'));
  const sum = lines.reduce((total, line) => total + energyMilliWh(line), 0n);
  expect(sum === energyMilliWh(invoice), 'the energies do not add up');
}

function checkMoney(invoice: Members, lines: readonly Members[]): void {
  const currency = invoice.text('currency');
  const minor = (item: Members, name: string): bigint =>
    parseMoney(item.text(name), currency).minor;
  for (const name of ['totalExclTax', 'tax', 'totalInclTax']) {
    const sum = lines.reduce((total, line) => total + minor(line, name), 0n);
    expect(sum === minor(invoice, name), `the lines' ${name} do not add up`);
  }
  for (const item of [invoice, ...lines]) {
    const expected = minor(item, 'totalExclTax') + minor(item, 'tax');
    expect(minor(item, 'totalInclTax') === expected, 'a total is not its base and its tax');
  }
}

function checkRoot(invoice: Members, lines: readonly Members[]): void {
  const leaves = lines.map((line) => line.hash('leafHash'));
  expect(new Set(leaves).size === leaves.length, 'a record stands on two lines');
  const root = hashToHex(merkleRoot(leaves.map(hashBytes), sha256));
  if (root !== invoice.hash('merkleRoot')) {
    throw new Refusal('invalid_proof', 'the lines do not lead to the root of the invoice');
  }
}

function hashBytes(hex: string): Uint8Array {
  const bytes = hashFromHex(hex);
  if (bytes === null) throw new Refusal('malformed_request', 'a leaf is no hash');
  return bytes;
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Refusal('unprocessable', otherwise);
}

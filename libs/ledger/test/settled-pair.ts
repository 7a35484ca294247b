import { createHash } from 'node:crypto';
import { canonicalBytes } from '@roamgrid/documents';
import { hashToHex, leafHash, merkleRoot } from '@roamgrid/merkle';
import { businessKey, recordSalt } from '@roamgrid/ledger';
import type { LedgerTransaction, LedgerTransactionName } from '@roamgrid/ledger';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

export const hashOf = (document: unknown): string => hashToHex(sha256(canonicalBytes(document)));

export interface InvoiceLine {
  readonly leafHash: string;
  readonly sequence: number;
  readonly energyKwh: string;
  readonly totalExclTax: string;
  readonly tax: string;
  readonly totalInclTax: string;
}

type Changes = Partial<Omit<LedgerTransaction, 'name'>>;

/** What two utilities settle with each other: one invoice of three charges, and every step upon it. */
export class SettledPair {
  readonly lines: readonly InvoiceLine[];
  readonly invoice: Readonly<Record<string, unknown>>;
  readonly invoiceHash: string;
  readonly invoiceKey: string;

  constructor(
    readonly creditor: string,
    readonly debtor: string,
    readonly pairSecret: Uint8Array,
  ) {
    this.lines = [line(7, '20.450', '5.83', '0.42'), line(8, '1', '0.29', '0.02'), line(10)];
    this.invoice = {
      type: 'invoice',
      visitedUtility: creditor,
      homeUtility: debtor,
      currency: 'USD',
      lineCount: 3,
      sequenceFrom: 7,
      sequenceTo: 10,
      excluded: [{ sequence: 9, cdrHash: hashOf('a held record'), reason: 'held' }],
      merkleRoot: rootOf(this.lines),
      energyKwh: '31.450',
      totalExclTax: '9.12',
      tax: '0.64',
      totalInclTax: '9.76',
    };
    this.invoiceHash = hashOf(this.invoice);
    this.invoiceKey = this.key('invoice', '2026-0001');
  }

  key(...parts: readonly string[]): string {
    return businessKey(this.pairSecret, parts);
  }

  salt(key: string): string {
    return recordSalt(this.pairSecret, key);
  }

  present(changes: Changes = {}): LedgerTransaction {
    return {
      name: 'presentInvoice',
      caller: this.creditor,
      businessKey: this.invoiceKey,
      documentHash: this.invoiceHash,
      argument: { creditor: this.creditor, debtor: this.debtor },
      transient: { salt: this.salt(this.invoiceKey) },
      ...changes,
    };
  }

  verify(changes: Changes = {}): LedgerTransaction {
    const { invoice, lines } = this;
    const step = this.#upon('verifyInvoice', this.debtor, 'verification');
    return {
      ...step,
      documentHash: this.invoiceHash,
      transient: { ...step.transient, invoice, lines },
      ...changes,
    };
  }

  accept(changes: Changes = {}): LedgerTransaction {
    return { ...this.#upon('acceptInvoice', this.debtor, 'acceptance'), ...changes };
  }

  dispute(which = 'first', changes: Changes = {}): LedgerTransaction {
    return { ...this.#upon('disputeInvoice', this.debtor, 'dispute', which), ...changes };
  }

  credit(changes: Changes = {}): LedgerTransaction {
    return { ...this.#upon('creditInvoice', this.creditor, 'credit'), ...changes };
  }

  agree(party: string, counterparty: string, changes: Changes = {}): LedgerTransaction {
    const key = this.key('agreement', 'summer');
    return {
      name: 'recordAgreement',
      caller: party,
      businessKey: key,
      documentHash: hashOf('the agreement'),
      argument: { party, counterparty },
      transient: { salt: this.salt(key) },
      ...changes,
    };
  }

  #upon(
    name: LedgerTransactionName,
    caller: string,
    ...document: readonly string[]
  ): LedgerTransaction {
    const { creditor, debtor, invoiceKey, invoiceHash } = this;
    const key = this.key(...document, '2026-0001');
    const invoiceSalt = this.salt(invoiceKey);
    return {
      name,
      caller,
      businessKey: key,
      documentHash: hashOf(document),
      argument: { creditor, debtor, invoiceKey },
      transient: { salt: this.salt(key), invoiceHash, invoiceSalt },
    };
  }
}

/** The same invoice with some members changed, signed anew so to speak: everything else fits it. */
export function verifyChanged(
  pair: SettledPair,
  changes: Readonly<Record<string, unknown>>,
  lines: readonly InvoiceLine[] = pair.lines,
): { readonly present: LedgerTransaction; readonly verify: LedgerTransaction } {
  const invoice = { ...pair.invoice, ...changes };
  const documentHash = hashOf(invoice);
  const { transient } = pair.verify();
  return {
    present: pair.present({ documentHash }),
    verify: pair.verify({
      documentHash,
      transient: { ...transient, invoice, lines, invoiceHash: documentHash },
    }),
  };
}

export function rootOf(lines: readonly InvoiceLine[]): string {
  const leaves = lines.map((item) => Uint8Array.from(Buffer.from(item.leafHash, 'hex')));
  return hashToHex(merkleRoot(leaves, sha256));
}

function line(
  sequence: number,
  energyKwh = '10',
  totalExclTax = '3.00',
  tax = '0.20',
): InvoiceLine {
  const cents = (text: string): number => Number(text.replace('.', ''));
  const total = String(cents(totalExclTax) + cents(tax)).padStart(3, '0');
  return {
    leafHash: hashToHex(leafHash(canonicalBytes({ type: 'cdr', sequence }), sha256)),
    sequence,
    energyKwh,
    totalExclTax,
    tax,
    totalInclTax: `${total.slice(0, -2)}.${total.slice(-2)}`,
  };
}

import { RoamgridError } from '@roamgrid/kernel';
import type { ListedRecord } from '@roamgrid/ledger';
import type { IntendedRecord, Ports } from '../ports.js';
import type { AuditFindings } from './audit-findings.js';

const INVARIANT = 'ledgerKeysPosted';
const PAGE = 500;

/**
 * The other way round: what stands in this utility's own collection is what these books posted, each invoice once. It
 * reads the collection from its beginning, beside the posting path. A ledger that is away, or lists nothing, is not counted.
 */
export async function auditLedgerKeys(ports: Ports, findings: AuditFindings): Promise<void> {
  const presented = new Set<string>();
  for (let after: string | null = null; ;) {
    const records = await pageAfter(ports, after);
    if (records === null) return;
    findings.count(INVARIANT, records.length);
    const intents = await intentsOf(ports, records);
    for (const record of records) {
      const detail = differs(record, intents, presented);
      if (detail !== null) findings.breach(INVARIANT, record.businessKey, detail);
    }
    if (records.length < PAGE) return;
    after = records.at(-1)?.businessKey ?? null;
  }
}

async function pageAfter(
  ports: Ports,
  after: string | null,
): Promise<readonly ListedRecord[] | null> {
  try {
    return (await ports.ledger.listRecords?.(ports.utility, after, PAGE)) ?? null;
  } catch (error) {
    if (error instanceof RoamgridError && error.code === 'ledger_unavailable') return null;
    throw error;
  }
}

/** Of the records and of the invoices that they are steps upon. */
async function intentsOf(
  ports: Ports,
  records: readonly ListedRecord[],
): Promise<ReadonlyMap<string, IntendedRecord>> {
  const keys = records.flatMap((record) => [record.businessKey, invoiceKeyOf(record) ?? []].flat());
  const found = await ports.work.run((books) => books.intents.ofKeys([...new Set(keys)]));
  return new Map(found.map((intent) => [intent.businessKey, intent]));
}

function invoiceKeyOf({ fact }: ListedRecord): string | null {
  const key = fact['invoiceKey'];
  return typeof key === 'string' ? key : null;
}

function differs(
  record: ListedRecord,
  intents: ReadonlyMap<string, IntendedRecord>,
  presented: Set<string>,
): string | null {
  const intent = intents.get(record.businessKey);
  if (intent === undefined)
    return isTheirVerification(record, intents) ? null : 'nobody here posted it';
  if (intent.documentHash !== record.documentHash) return 'these books posted another document';
  if (intent.state === 'refused') return 'these books have it as refused';
  if (record.kind !== 'invoice') return null;
  if (intent.invoiceHash !== record.documentHash) return 'the books do not hold this invoice';
  if (presented.has(intent.invoiceId)) return 'its invoice stands under another key too';
  presented.add(intent.invoiceId);
  return null;
}

/** That both recomputed an invoice of ours is asked for by home, and stands with both. */
function isTheirVerification(
  { kind, fact, ...record }: ListedRecord,
  intents: ReadonlyMap<string, IntendedRecord>,
): boolean {
  if (kind !== 'verification') return false;
  const invoiceKey = invoiceKeyOf({ kind, fact, ...record });
  const invoice = invoiceKey === null ? undefined : intents.get(invoiceKey);
  return invoice !== undefined && invoice.documentHash === fact['invoiceHash'];
}

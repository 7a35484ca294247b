import type { AuditReport, SignedAgreement } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { canonicalText } from '../documents/canonical-text.js';
import type { Ports } from '../ports.js';
import { termsOf } from '../pricing/rate-charge.js';
import { rateRetail } from '../pricing/retail.js';
import { rateWholesale } from '../pricing/wholesale.js';
import type { CdrRecord, RetailCharge } from '../records.js';
import { checkAgreedTariff } from '../review/check-agreed-tariff.js';
import { checkRating, compareFigures } from '../review/check-rating.js';
import { isSigned } from '../review/objection.js';
import { AuditFindings } from './audit-findings.js';
import { auditLedger } from './audit-ledger.js';
import { inPages, PAGE } from './in-pages.js';
import { auditBank } from './bank/audit-bank.js';
import { auditSettlements } from './netting/audit-settlements.js';
import { compareInvoice } from './review-invoice.js';

/** received invoices that home has agreed to */
const AGREED: ReadonlySet<unknown> = new Set(['accepted', 'settled']);

/**
 * Checks every invariant that these books alone can show. Each is counted, also where nothing is wrong;
 * what cannot be checked now (a ledger that is away) is not counted.
 */
export async function auditBooks(ports: Ports): Promise<AuditReport> {
  const findings = new AuditFindings();
  await auditJournal(ports, findings);
  await auditCredit(ports, findings);
  await auditSequences(ports, findings);
  await auditCdrs(ports, findings);
  await auditCorrections(ports, findings);
  await auditInvoices(ports, findings);
  await auditExposures(ports, findings);
  await auditFeed(ports, findings);
  await auditCards(ports, findings);
  const settlements = await auditSettlements(ports);
  findings.count('settlementsAddUp', settlements.checked);
  for (const { subject, detail } of settlements.findings) {
    findings.breach('settlementsAddUp', subject, detail);
  }
  await auditBank(ports, findings);
  await auditCredits(ports, findings);
  await auditLedger(ports, findings);
  await auditOutbox(ports, findings);
  return findings.report();
}

/** Original and credit cancel each other; what remains is the reissue. */
async function auditCredits(ports: Ports, findings: AuditFindings): Promise<void> {
  const { checked, credits } = await ports.audits.uncancelledCredits();
  findings.count('creditsCancel', checked);
  for (const { invoiceId, credited, invoiced } of credits) {
    findings.breach('creditsCancel', invoiceId, `invoiced ${invoiced}, credited ${credited}`);
  }
}

async function auditOutbox(ports: Ports, findings: AuditFindings): Promise<void> {
  const { checked, messages } = await ports.audits.staleMessages();
  findings.count('outboxEmpties', checked);
  for (const { id, to, subject } of messages) {
    const detail = 'a message of settlement has waited for ten minutes';
    findings.breach('outboxEmpties', `${to} ${subject} ${id}`, detail);
  }
}

async function auditJournal(ports: Ports, findings: AuditFindings): Promise<void> {
  const { checked, naturalKeys } = await ports.work.run((books) => books.journal.unbalanced());
  findings.count('journalEntriesSumToZero', checked);
  for (const key of naturalKeys) {
    findings.breach('journalEntriesSumToZero', key, 'the entry does not sum to zero');
  }
}

async function auditCredit(ports: Ports, findings: AuditFindings): Promise<void> {
  const { checked, consumerIds } = await ports.work.run((books) => books.credit.inconsistent());
  findings.count('prepaidAccountsConsistent', checked);
  for (const consumerId of consumerIds) {
    findings.breach(
      'prepaidAccountsConsistent',
      consumerId,
      'balance or reserved sum is not that of its entries and reservations',
    );
  }
}

async function auditExposures(ports: Ports, findings: AuditFindings): Promise<void> {
  const { checked, partners } = await ports.work.run((books) => books.exposures.inconsistent());
  findings.count('exposuresFollowJournal', checked);
  for (const partner of partners) {
    findings.breach('exposuresFollowJournal', partner, 'exposure is not the sum of its accounts');
  }
}

/** What customer billing is told of a charge adds up to what its driver owes. */
async function auditFeed(ports: Ports, findings: AuditFindings): Promise<void> {
  const { checked, cdrIds } = await ports.work.run((books) => books.feed.inconsistent());
  findings.count('feedFollowsCharges', checked);
  for (const cdrId of cdrIds) {
    findings.breach('feedFollowsCharges', cdrId, 'its items are not what the driver owes');
  }
}

/** Numbers that we give out have no gap; what a partner sent may still be under way. */
async function auditSequences(ports: Ports, findings: AuditFindings): Promise<void> {
  const directions = await ports.work.run((books) => books.cdrs.directions());
  for (const { visitedUtility, homeUtility, count, greatest, last } of directions) {
    if (visitedUtility !== ports.utility) continue;
    findings.count('sequencesGapFree');
    if (count === greatest && greatest === last) continue;
    const detail = `${String(count)} CDRs, greatest ${String(greatest)}, given ${String(last)}`;
    findings.breach('sequencesGapFree', `${visitedUtility}>${homeUtility}`, detail);
  }
}

async function auditCdrs(ports: Ports, findings: AuditFindings): Promise<void> {
  const agreements = new Map<string, SignedAgreement | null>();
  for (const cdrId of await ports.work.run((books) => books.cdrs.repeated())) {
    findings.breach('oneCdrPerTransaction', cdrId, 'its transaction has another CDR');
  }
  const cdrs = inPages(
    (after) => ports.work.run((books) => books.cdrs.page(after, PAGE)),
    ({ cdr }) => cdr.document.cdrId,
  );
  for await (const record of cdrs) {
    findings.count('oneCdrPerTransaction');
    await auditCdr(ports, findings, record, await agreementFor(ports, record, agreements));
  }
}

/** The agreement that a CDR was made under, read once. */
async function agreementFor(
  ports: Ports,
  { role, cdr }: CdrRecord,
  known: Map<string, SignedAgreement | null>,
): Promise<SignedAgreement | null> {
  if (role === 'domestic') return null;
  const partner = role === 'visited' ? cdr.document.homeUtility : cdr.document.visitedUtility;
  const { agreementHash } = cdr.document;
  const key = `${partner} ${agreementHash ?? ''}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const agreement = await ports.neighbours.readAgreement(partner, agreementHash);
  known.set(key, agreement);
  return agreement;
}

async function auditCdr(
  ports: Ports,
  findings: AuditFindings,
  record: CdrRecord,
  agreement: SignedAgreement | null,
): Promise<void> {
  const { cdr } = record;
  const { cdrId, visitedUtility } = cdr.document;
  findings.count('cdrsHashAndSignature');
  if (!(await isSigned(ports.verifier, cdr, visitedUtility, 'settlement'))) {
    findings.breach('cdrsHashAndSignature', cdrId, 'hash or signature does not fit');
  }
  // what home objects to is not in its books as right; the objection says so
  if (record.role !== 'home' || record.state !== 'held') {
    findings.count('tariffsAgreed');
    const disagreed = await checkAgreedTariff(cdr.document, ports.verifier);
    if (disagreed !== null) findings.breach('tariffsAgreed', cdrId, disagreed.note);
    findings.count('cdrsRateAgain');
    const differs = rateAgain(record, agreement);
    if (differs !== null) findings.breach('cdrsRateAgain', cdrId, differs);
  }
  const charge = await ports.work.run((books) => books.bills.findCharge(cdrId));
  if (charge === null) return;
  findings.count('retailRatesAgain');
  const differs = rateRetailAgain(record, charge);
  if (differs !== null) findings.breach('retailRatesAgain', cdrId, differs);
}

/** Under a later agreement the old commission is not known any more: then the lines alone are compared. */
function rateAgain({ role, cdr }: CdrRecord, agreement: SignedAgreement | null): string | null {
  const { document } = cdr;
  const terms = termsOf(agreement, document.visitedUtility, document.homeUtility);
  if (role === 'domestic' || document.agreementHash === agreement?.documentHash) {
    return checkRating(document, terms)?.note ?? null;
  }
  const { figures } = rateWholesale(document, document.tariff, document.rounding, null);
  return compareFigures(document, figures)?.note ?? null;
}

function rateRetailAgain({ cdr }: CdrRecord, charge: RetailCharge): string | null {
  try {
    const { session, total } = rateRetail(cdr.document, charge.currency);
    // which contract it is billed under is no figure
    const { driverContract: _contract, ...billed } = charge.session;
    const same =
      canonicalText(session) === canonicalText(billed) && total.minor === charge.totalMinor;
    return same ? null : 'the retail rating gives other figures';
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return error.message;
  }
}

/** What was taken back has its credit, and what was put in its place is there. */
async function auditCorrections(ports: Ports, findings: AuditFindings): Promise<void> {
  const { checked, cdrIds } = await ports.work.run((books) => books.corrections.brokenChains());
  findings.count('correctionsChained', checked);
  for (const cdrId of cdrIds) {
    findings.breach('correctionsChained', cdrId, 'its credit or the CDR in its place is missing');
  }
}

async function auditInvoices(ports: Ports, findings: AuditFindings): Promise<void> {
  for (const cdrId of await ports.work.run((books) => books.invoices.brokenLinks())) {
    findings.breach('cdrsInvoicedOnce', cdrId, 'CDR and invoice lines do not name each other');
  }
  const invoiceIds = inPages(
    (after) => ports.work.run((books) => books.invoices.idsAfter(after, PAGE)),
    (invoiceId) => invoiceId,
  );
  for await (const invoiceId of invoiceIds) {
    findings.count('cdrsInvoicedOnce');
    await auditInvoice(ports, findings, invoiceId);
  }
}

/** An invoice that home has not accepted is the issuer's claim, not a fact of home's books. */
async function auditInvoice(
  ports: Ports,
  findings: AuditFindings,
  invoiceId: string,
): Promise<void> {
  await ports.work.run(async (books) => {
    const record = await books.invoices.find(invoiceId);
    const isOurs = record?.direction === 'issued' || AGREED.has(record?.state);
    if (record === null || !isOurs) return;
    const lines = (await books.invoices.allLines(invoiceId)).map(({ line }) => line);
    const held = await books.cdrs.findMany(lines.map(({ cdrId }) => cdrId));
    const byId = new Map(held.map((one) => [one.cdr.document.cdrId, one]));
    findings.count('invoiceSumsAndRoots');
    for (const { code, cdrId, detail } of compareInvoice(record, lines, byId, new Set())) {
      // an objection or a correction that came after the invoice is settled by a dispute or a credit
      if (code === 'held' || code === 'taken_back') continue;
      findings.breach('invoiceSumsAndRoots', cdrId ?? invoiceId, `${code}: ${detail}`);
    }
  });
}

/** What was asked of the payment provider has an outcome; an open order is not counted as one. */
async function auditCards(ports: Ports, findings: AuditFindings): Promise<void> {
  const counts = await ports.work.run((books) => books.cards.count());
  findings.count('cardOutcomesKnown', counts.done + counts.declined + counts.unknown);
  if (counts.unknown === 0) return;
  const detail = `${String(counts.unknown)} orders have an unknown outcome`;
  findings.breach('cardOutcomesKnown', ports.utility, detail);
}

import {
  loadInForce,
  receiveCorrection,
  type correctCharge as contract,
  type ReplyOf,
  type RequestOf,
  type SignedAgreement,
  type SignedCdr,
  type SignedCdrCredit,
} from '@roamgrid/contracts';
import { formatEnergyKwh, formatInstant, RoamgridError } from '@roamgrid/kernel';
import { canonicalText } from '../../documents/canonical-text.js';
import type { Books, Consumer, Ports } from '../../ports.js';
import { correctMetering } from '../../pricing/correct-metering.js';
import { termsOf } from '../../pricing/rate-charge.js';
import { rateRetail } from '../../pricing/retail.js';
import { splitProviderShare } from '../../pricing/splits.js';
import { rateWholesale } from '../../pricing/wholesale.js';
import { republishCdrs } from '../../publishing/publish-cdr.js';
import type { CdrDocument, CdrRecord } from '../../records.js';
import { bookNewCdr } from './book-new-cdr.js';
import { tellMandateUse } from './tell-mandate-use.js';
import { reverseWholesale, takeBackRetail } from './take-back.js';

type Request = RequestOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

/** What stands in the place of a CDR, but for its number, salt and signature. */
export interface Replacement {
  readonly facts: CdrDocument;
  readonly providerShareMinor: bigint;
}

/**
 * Visited takes a CDR back that stands on no invoice: a credit in full, and, where staff says which registers
 * are true, another CDR of the same session, rated with what was frozen at its consent and flagged
 * `corrected`. The same request again gives the same answer.
 *
 * @throws RoamgridError `not_found` for a CDR that is not ours to correct; `state_conflict` for one that is
 *   invoiced, taken back or written off; `unprocessable` for a correction that cannot be true;
 *   `peer_unreachable`
 */
export async function correctCharge(ports: Ports, request: Request): Promise<Reply> {
  const known = await ports.work.run((books) => earlierAnswer(books, request));
  if (known !== null) return known;
  const record = await ports.work.run((books) => requireCdr(books, request));
  const { visitedUtility, homeUtility } = record.cdr.document;
  const replacement = await replacementOf(ports, record, request.correction);
  const consumer = await consumerOf(ports, record);
  return ports.work.run(async (books) => {
    await books.cdrs.lockDirection(visitedUtility, homeUtility);
    const earlier = await earlierAnswer(books, request);
    if (earlier !== null) return earlier;
    const current = await requireCdr(books, request);
    if (current.cdr.documentHash !== record.cdr.documentHash) {
      throw new RoamgridError('state_conflict', 'the charge was corrected meanwhile');
    }
    const lane = `cdr:${current.cdr.document.cdrId}`;
    return putInPlace(ports, books, current, { request, replacement, consumer, lane });
  });
}

/** What a correction needs inside the transaction. */
export interface PreparedCorrection {
  readonly request: Pick<Request, 'reason' | 'by' | 'correction'>;
  readonly replacement: Replacement | null;
  readonly consumer: Consumer | null;
  /** messages of one lane keep their order */
  readonly lane: string;
}

/** Credit, corrected CDR, journal and messages in one transaction that holds the direction. */
export async function putInPlace(
  ports: Ports,
  books: Books,
  current: CdrRecord,
  prepared: PreparedCorrection,
): Promise<Reply> {
  const { replacement, consumer, lane } = prepared;
  const { cdrId, homeUtility } = current.cdr.document;
  const reply = await takeBack(ports, books, current, prepared);
  if (reply.cdr !== null) {
    const known = await books.corrections.originOf(cdrId);
    const providerShareMinor = replacement?.providerShareMinor ?? 0n;
    const origin = known === null ? null : { ...known, providerShareMinor };
    await bookNewCdr(ports, books, { cdr: reply.cdr, role: current.role, origin, consumer });
  }
  if (homeUtility !== ports.utility) books.send(receiveCorrection, homeUtility, reply, lane);
  tellMandateUse(ports, books, current.cdr, reply);
  const successorId = reply.cdr === null ? [] : [reply.cdr.document.cdrId];
  await republishCdrs(books, ports.utility, [cdrId, ...successorId]);
  return reply;
}

/** The answer to the same request, given before. */
async function earlierAnswer(
  books: Books,
  { charge, reason, correction }: Request,
): Promise<Reply | null> {
  const credits =
    'sessionId' in charge
      ? await books.corrections.creditsOf(charge.sessionId)
      : [await books.corrections.findCredit(charge.cdrId)];
  const credit = credits.find(
    (one): one is SignedCdrCredit =>
      one?.document.reason === reason &&
      canonicalText(one.document.correction) === canonicalText(correction),
  );
  if (credit === undefined) return null;
  const { correctedBy } = credit.document;
  const successor = correctedBy === null ? null : await books.cdrs.find(correctedBy);
  return { credit, cdr: successor?.cdr ?? null };
}

/** @throws RoamgridError `not_found`, `state_conflict` */
async function requireCdr(books: Books, { charge }: Request): Promise<CdrRecord> {
  const record =
    'cdrId' in charge
      ? await books.cdrs.find(charge.cdrId)
      : ((await books.cdrs.findBySession(charge.sessionId))?.record ?? null);
  if (record === null || record.role === 'home') {
    throw new RoamgridError('not_found', 'no such CDR of ours');
  }
  if (record.invoiceId !== null) {
    throw new RoamgridError('state_conflict', 'the CDR is invoiced: credit the invoice first');
  }
  if (record.state === 'credited' || record.state === 'written_off') {
    throw new RoamgridError('state_conflict', `the CDR is ${record.state} already`);
  }
  return record;
}

/** @throws RoamgridError as {@link correctCharge} */
export async function replacementOf(
  ports: Ports,
  record: CdrRecord,
  correction: Request['correction'],
): Promise<Replacement | null> {
  if (correction === null) return null;
  const { document } = record.cdr;
  const agreement = await agreementOf(ports, record);
  const origin = await ports.work.run((books) => books.corrections.originOf(document.cdrId));
  if (origin === null) throw new RoamgridError('internal', 'a CDR of ours has no origin');
  const terms = termsOf(agreement, document.visitedUtility, document.homeUtility);
  const corrected = correctMetering(document, correction);
  const loadBands = loadInForce(document.agreedTariff.document, corrected);
  const metered: CdrDocument = {
    ...document,
    ...corrected,
    ...(loadBands === undefined ? {} : { loadBands }),
  };
  const { currency } = document.mandate.document.moneyCap;
  const retail = rateRetail(metered, document.mandate.document.retailTariff.document.homeCurrency);
  if (currency !== document.currency) {
    throw new RoamgridError('currency_mismatch', 'the mandate is in another currency');
  }
  const { rounding, tariff } = document;
  const { figures, settlement, payable } = rateWholesale(metered, tariff, rounding, terms);
  return {
    facts: {
      ...metered,
      ...figures,
      settlement,
      unbilledEnergyKwh: formatEnergyKwh(retail.unbilledEnergyMilliWh),
    },
    providerShareMinor: splitProviderShare(
      payable,
      terms?.commissionPercentage ?? '0',
      origin.providerSharePercentage,
    ),
  };
}

/** The agreement that the CDR was made under. @throws RoamgridError `price_unknown` where it is not known */
async function agreementOf(
  ports: Ports,
  { role, cdr }: CdrRecord,
): Promise<SignedAgreement | null> {
  if (role === 'domestic') return null;
  const { homeUtility, agreementHash } = cdr.document;
  const agreement = await ports.neighbours.readAgreement(homeUtility, agreementHash);
  if (agreement?.documentHash === agreementHash) return agreement;
  throw new RoamgridError('price_unknown', 'the agreement of the CDR is not known any more');
}

const consumerOf = (ports: Ports, { role, cdr }: CdrRecord) =>
  role === 'domestic' ? ports.neighbours.resolvePseudonym(cdr.document) : Promise.resolve(null);

async function takeBack(
  ports: Ports,
  books: Books,
  record: CdrRecord,
  wanted: PreparedCorrection,
): Promise<Reply> {
  const cdr = await signReplacement(ports, books, wanted.replacement);
  const credit = await signCredit(ports, record, wanted, cdr);
  await reverseWholesale(books, record);
  if (record.role === 'domestic') {
    await takeBackRetail(ports, books, record, wanted.request.reason);
  }
  await books.corrections.addCredit(credit);
  return { credit, cdr };
}

async function signReplacement(
  ports: Ports,
  books: Books,
  replacement: Replacement | null,
): Promise<SignedCdr | null> {
  if (replacement === null) return null;
  const { facts } = replacement;
  return ports.signer.sign({
    ...facts,
    cdrId: ports.ids.uuid(),
    sequence: await books.cdrs.nextSequence(facts.visitedUtility, facts.homeUtility),
    salt: ports.ids.salt(),
    issuedAt: formatInstant(ports.clock.now()),
  });
}

function signCredit(
  ports: Ports,
  { cdr: { document, documentHash } }: CdrRecord,
  { request }: PreparedCorrection,
  successor: SignedCdr | null,
): Promise<SignedCdrCredit> {
  const { cdrId, sequence, sessionId, visitedUtility, homeUtility } = document;
  const { currency, totalExclTax, tax, totalInclTax, settlement } = document;
  return ports.signer.sign({
    type: 'cdrCredit' as const,
    schemaVersion: 1 as const,
    cdrCreditId: ports.ids.uuid(),
    cdrId,
    cdrHash: documentHash,
    sequence,
    sessionId,
    visitedUtility,
    homeUtility,
    currency,
    totalExclTax,
    tax,
    totalInclTax,
    payable: settlement.payable,
    reason: request.reason,
    correction: request.correction,
    correctedBy: successor?.document.cdrId ?? null,
    by: request.by,
    issuedAt: formatInstant(ports.clock.now()),
  });
}

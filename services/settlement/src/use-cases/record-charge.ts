import { receiveCdr, type SignedAgreement, type SignedCdr } from '@roamgrid/contracts';
import { documentHash } from '@roamgrid/documents';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { sha256 } from '@roamgrid/platform';
import { makeCdr } from '../documents/make-cdr.js';
import { bookProviderShare, bookReceivable } from '../journal/entries.js';
import { wholesaleAmountsOf } from '../journal/wholesale-amounts.js';
import type { Books, Consumer, Ports } from '../ports.js';
import { rateCharge, termsOf, type ChargeDecision } from '../pricing/rate-charge.js';
import { wholesaleRounding } from '../pricing/wholesale.js';
import { publishStep, publishView, settlementOf } from '../publishing/project.js';
import { publishCdr } from '../publishing/publish-cdr.js';
import type { CdrDocument, CdrRecord, CdrState, RecordedCharge } from '../records.js';
import { isTooOld } from '../review/check-age.js';
import { beganBeforeConsent } from '../review/check-entitlement.js';
import { decideRetail, deliverRetail } from './deliver-retail.js';

/** The flag of a CDR that came later than the agreement allows: kept, and disputed by home. */
const TOO_OLD = 'too_old';

/** What was read of other services before the transaction began. */
interface Surroundings {
  readonly agreement: SignedAgreement | null;
  readonly consumer: Consumer | null;
}

type RatedCharge = Extract<ChargeDecision, { outcome: 'rated' }>;

/**
 * Makes the CDR of a metered charge: rated, numbered, signed, booked, and on its way to home. The same
 * session again changes nothing; a charge without a price is held until it has one.
 *
 * @throws RoamgridError `forbidden` for another utility's charge; `peer_unreachable` where crp or profiles
 *   do not answer, and nothing was recorded
 */
export async function recordCharge(ports: Ports, recorded: RecordedCharge): Promise<void> {
  const { charge } = recorded;
  if (charge.visitedUtility !== ports.utility) {
    throw new RoamgridError('forbidden', 'the charge belongs to another utility');
  }
  const surroundings = await surroundingsOf(ports, recorded);
  const startedAtMs = ports.clock.now();
  const decision = rateCharge(recorded, surroundings.agreement);
  await ports.work.run(async (books) => {
    await books.cdrs.lockDirection(charge.visitedUtility, charge.homeUtility);
    if (await isKnown(ports, books, recorded)) return;
    if (decision.outcome === 'held') {
      await holdCharge(ports, books, recorded, decision);
      return;
    }
    const cdr = await signCdr(ports, books, recorded, surroundings.agreement, decision);
    await bookCdr(ports, books, { recorded, cdr, decision, consumer: surroundings.consumer });
    await books.holds.release('wholesale', charge.sessionId, ports.clock.now());
    traceCdr(ports, books, cdr, startedAtMs);
  });
}

async function surroundingsOf(ports: Ports, { charge }: RecordedCharge): Promise<Surroundings> {
  return charge.homeUtility === ports.utility
    ? {
        agreement: null,
        consumer: await ports.neighbours.resolvePseudonym(charge),
      }
    : {
        agreement: await ports.neighbours.readAgreement(
          charge.homeUtility,
          charge.mandate.document.agreementHash,
        ),
        consumer: null,
      };
}

/**
 * One CDR a session and a station's transaction: a second charge with other content is kept as evidence and
 * changes nothing.
 */
async function isKnown(ports: Ports, books: Books, { charge }: RecordedCharge): Promise<boolean> {
  const known = await books.cdrs.findBySession(charge.sessionId);
  // sequences begin at 1: only the session and the transaction are looked for
  const rival = known ?? (await books.cdrs.findRival({ ...charge, sequence: 0 }));
  if (rival === null) return false;
  const hash = documentHash(charge, sha256);
  if (known?.chargeHash !== hash) {
    await books.holds.quarantine({
      kind: 'charge',
      documentId: charge.sessionId,
      documentHash: hash,
      signature: '',
      document: charge,
      reason: 'the session or the transaction has a CDR made from another charge',
      receivedAtMs: ports.clock.now(),
    });
  }
  return true;
}

async function holdCharge(
  ports: Ports,
  books: Books,
  recorded: RecordedCharge,
  why: Extract<ChargeDecision, { outcome: 'held' }>,
): Promise<void> {
  const { charge } = recorded;
  await books.holds.hold('wholesale', {
    sessionId: charge.sessionId,
    partner: charge.homeUtility,
    why,
    content: recorded,
    atMs: ports.clock.now(),
  });
  publishView(books, ports.utility, {
    kind: 'session',
    id: charge.sessionId,
    sortAt: charge.quote.document.issuedAt,
    data: {
      cdrId: null,
      invoiceId: null,
      billId: null,
      state: 'held',
      held: { reason: why.reason, detail: why.detail },
    },
  });
}

async function signCdr(
  ports: Ports,
  books: Books,
  recorded: RecordedCharge,
  agreement: SignedAgreement | null,
  { rating }: RatedCharge,
): Promise<SignedCdr> {
  const { visitedUtility, homeUtility, mandate } = recorded.charge;
  const terms = termsOf(agreement, visitedUtility, homeUtility);
  const document = makeCdr({
    recorded,
    agreement,
    rating,
    rounding: wholesaleRounding(terms, mandate),
    cdrId: ports.ids.uuid(),
    sequence: await books.cdrs.nextSequence(visitedUtility, homeUtility),
    salt: ports.ids.salt(),
    issuedAt: formatInstant(ports.clock.now()),
  });
  return ports.signer.sign(
    isTooOld(document, agreement) ? { ...document, flags: [...document.flags, TOO_OLD] } : document,
  );
}

/**
 * Held until home agrees where the charge began before the consent or is older than the agreement allows, also
 * while home is silent.
 */
function firstState(cdr: CdrDocument, isDomestic: boolean): CdrState {
  if (beganBeforeConsent(cdr) || cdr.flags.includes(TOO_OLD)) return 'held';
  return isDomestic ? 'accepted' : 'open';
}

async function bookCdr(
  ports: Ports,
  books: Books,
  made: {
    readonly recorded: RecordedCharge;
    readonly cdr: SignedCdr;
    readonly decision: RatedCharge;
    readonly consumer: Consumer | null;
  },
): Promise<void> {
  const { recorded, cdr, decision } = made;
  const { charge } = recorded;
  const { document } = cdr;
  const isDomestic = charge.homeUtility === ports.utility;
  const record: CdrRecord = {
    cdr,
    role: isDomestic ? 'domestic' : 'visited',
    state: firstState(document, isDomestic),
    invoiceId: null,
    providerShare: { provider: charge.provider, minor: decision.providerShareMinor },
  };
  await books.cdrs.add(record, {
    chargeHash: documentHash(charge, sha256),
    provider: charge.provider,
    providerSharePercentage: charge.providerSharePercentage,
    providerShareMinor: decision.providerShareMinor,
  });
  await books.journal.book(
    bookProviderShare({
      cdrId: document.cdrId,
      provider: charge.provider,
      currency: document.currency,
      shareMinor: decision.providerShareMinor,
    }),
  );
  if (isDomestic && record.state === 'held') {
    publishCdr(books, ports.utility, record, null);
    return;
  }
  if (isDomestic) {
    const retail = decideRetail(document, made.consumer);
    const billed = await deliverRetail(ports, books, document, retail);
    publishCdr(books, ports.utility, record, billed);
    return;
  }
  await books.journal.book(bookReceivable(wholesaleAmountsOf(document, charge.homeUtility)));
  books.send(receiveCdr, charge.homeUtility, { cdr }, `cdr:${document.cdrId}`);
  publishCdr(books, ports.utility, record, null);
}

function traceCdr(ports: Ports, books: Books, cdr: SignedCdr, startedAtMs: number): void {
  const { sessionId, cdrId, homeUtility } = cdr.document;
  const nowMs = ports.clock.now();
  const shared = { sessionId, occurrence: cdrId, at: formatInstant(nowMs) };
  publishStep(books, ports.utility, {
    ...shared,
    step: 'rate',
    from: `${ports.utility}/aaa`,
    to: settlementOf(ports.utility),
    durationMs: Math.max(0, nowMs - startedAtMs),
    documentHash: null,
  });
  publishStep(books, ports.utility, {
    ...shared,
    step: 'cdr',
    from: settlementOf(ports.utility),
    to: settlementOf(homeUtility),
    documentHash: cdr.documentHash,
  });
}

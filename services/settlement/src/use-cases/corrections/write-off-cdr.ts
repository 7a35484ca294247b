import {
  receiveWriteOff,
  type ReplyOf,
  type RequestOf,
  type SignedWriteOff,
  type writeOffCdr as contract,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { WriteOffRecord } from '../../correction-ports.js';
import { bookWriteOff } from '../../journal/entries.js';
import { wholesaleAmountsOf } from '../../journal/wholesale-amounts.js';
import type { Books, Ports } from '../../ports.js';
import { republishCdrs } from '../../publishing/publish-cdr.js';
import type { CdrRecord } from '../../records.js';
import { reverseWholesale, takeBackRetail } from './take-back.js';

type Request = RequestOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

/**
 * A CDR that home refuses for good is a loss of visited that two people answer for: one proposes, another
 * approves, and both stand in the signed document. Each step again gives the same answer.
 *
 * @throws RoamgridError `not_found`; `state_conflict` for a CDR that is not held; `four_eyes` where the same
 *   person approves
 */
export async function writeOffCdr(ports: Ports, request: Request): Promise<Reply> {
  return ports.work.run(async (books) => {
    const record = await lockHeld(ports, books, request.cdrId);
    const known = await books.corrections.findWriteOff(request.cdrId);
    if (known !== null && known.signed !== null) return { state: 'done', writeOff: known.signed };
    if (record.state !== 'held') {
      throw new RoamgridError('state_conflict', 'only a CDR that home refuses is written off');
    }
    if (request.step === 'propose') return propose(ports, books, request, known);
    return approve(ports, books, record, request.by, known);
  });
}

async function lockHeld(ports: Ports, books: Books, cdrId: string): Promise<CdrRecord> {
  const found = await books.cdrs.find(cdrId);
  if (found?.role !== 'visited') throw new RoamgridError('not_found', 'no such CDR of ours');
  await books.cdrs.lockDirection(ports.utility, found.cdr.document.homeUtility);
  return (await books.cdrs.find(cdrId)) ?? found;
}

async function propose(
  ports: Ports,
  books: Books,
  { cdrId, note, by }: Extract<Request, { step: 'propose' }>,
  known: WriteOffRecord | null,
): Promise<Reply> {
  if (known === null) {
    const proposal = { note, proposedBy: by };
    await books.corrections.proposeWriteOff(cdrId, proposal, ports.clock.now());
  } else if (known.note !== note || known.proposedBy !== by) {
    throw new RoamgridError('state_conflict', 'somebody has proposed it already: approve it');
  }
  return { state: 'proposed', writeOff: null };
}

async function approve(
  ports: Ports,
  books: Books,
  record: CdrRecord,
  by: string,
  known: WriteOffRecord | null,
): Promise<Reply> {
  if (known === null) {
    throw new RoamgridError('state_conflict', 'nobody has proposed to write it off');
  }
  if (known.proposedBy === by) {
    throw new RoamgridError('four_eyes', 'another person must approve the write-off');
  }
  const writeOff = await sign(ports, record, known, by);
  const { document } = record.cdr;
  await books.corrections.signWriteOff(writeOff);
  await books.journal.book(bookWriteOff(wholesaleAmountsOf(document, document.homeUtility)));
  books.send(receiveWriteOff, document.homeUtility, { writeOff }, `cdr:${document.cdrId}`);
  await republishCdrs(books, ports.utility, [document.cdrId]);
  return { state: 'done', writeOff };
}

function sign(
  ports: Ports,
  { cdr: { document, documentHash } }: CdrRecord,
  { note, proposedBy }: WriteOffRecord,
  approvedBy: string,
): Promise<SignedWriteOff> {
  const { cdrId, sequence, visitedUtility, homeUtility, currency, settlement } = document;
  return ports.signer.sign({
    type: 'cdrWriteOff' as const,
    schemaVersion: 1 as const,
    cdrId,
    cdrHash: documentHash,
    sequence,
    visitedUtility,
    homeUtility,
    currency,
    payable: settlement.payable,
    note,
    proposedBy,
    approvedBy,
    writtenOffAt: formatInstant(ports.clock.now()),
  });
}

/**
 * Home learns that nothing more is claimed for a CDR that it refused. Its driver owes nothing for it either.
 *
 * @throws RoamgridError `not_found` while the CDR has not arrived: the sender tries again;
 *   `signature_invalid`; `unprocessable` for another document
 */
export async function takeWriteOff(ports: Ports, writeOff: SignedWriteOff): Promise<void> {
  const { cdrId, cdrHash, visitedUtility } = writeOff.document;
  await ports.verifier.verify(writeOff, visitedUtility, 'settlement');
  await ports.work.run(async (books) => {
    await books.cdrs.lockDirection(visitedUtility, ports.utility);
    const record = await books.cdrs.find(cdrId);
    if (record?.role !== 'home' || record.cdr.document.visitedUtility !== visitedUtility) {
      throw new RoamgridError('not_found', 'no such CDR');
    }
    if (record.cdr.documentHash !== cdrHash) {
      throw new RoamgridError('unprocessable', 'the write-off is of another document');
    }
    if ((await books.corrections.findWriteOff(cdrId)) !== null) return;
    // an acceptance that crossed the write-off put it into home's books: it is free of it all the same
    if (record.state === 'accepted') await reverseWholesale(books, record);
    await takeBackRetail(ports, books, record, writeOff.document.note);
    await books.corrections.addWriteOff(writeOff);
    await republishCdrs(books, ports.utility, [cdrId]);
  });
}

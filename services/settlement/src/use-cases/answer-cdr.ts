import { RoamgridError } from '@roamgrid/kernel';
import type { Ports } from '../ports.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import { isOver, type SignedCdrAnswer } from '../records.js';

/**
 * Visited keeps home's answer to a CDR: accepted, or held until the difference is settled.
 *
 * @throws RoamgridError `not_found` for an answer to no CDR of ours; `signature_invalid`
 */
export async function answerCdr(ports: Ports, answer: SignedCdrAnswer): Promise<void> {
  const { cdrId, cdrHash, answer: verdict } = answer.document;
  const known = await ports.work.run((books) => books.cdrs.find(cdrId));
  if (known === null) throw new RoamgridError('not_found', 'no such CDR');
  const { homeUtility } = known.cdr.document;
  await ports.verifier.verify(answer, homeUtility, 'settlement');
  await ports.work.run(async (books) => {
    await books.cdrs.lockDirection(ports.utility, homeUtility);
    if (known.cdr.documentHash !== cdrHash) {
      await books.holds.quarantine({
        kind: 'cdrAnswer',
        documentId: cdrId,
        documentHash: answer.documentHash,
        signature: answer.signature,
        document: answer.document,
        reason: 'the answer is to another document',
        receivedAtMs: ports.clock.now(),
      });
      return;
    }
    const isNew = await books.cdrs.addAnswer(answer);
    if (!isNew) return;
    const now = await books.cdrs.find(cdrId);
    // an answer that crossed a correction is kept and changes nothing
    if (now === null || isOver(now.state)) return;
    await books.cdrs.setState(cdrId, verdict === 'accepted' ? 'accepted' : 'held');
    await republishCdrs(books, ports.utility, [cdrId]);
  });
}

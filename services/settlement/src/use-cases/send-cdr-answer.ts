import { answerCdr, type SignedCdr } from '@roamgrid/contracts';
import { formatInstant, parseInstant } from '@roamgrid/kernel';
import type { Books, Ports } from '../ports.js';
import type { CdrAnswerDocument, SignedCdrAnswer } from '../records.js';

export type CdrVerdict = Pick<CdrAnswerDocument, 'answer' | 'reasonCode' | 'note'>;

/**
 * Home signs its answer to a CDR, keeps it and sends it to visited; a domestic one stays here. Answers to one
 * document are told apart and ordered by their instant, so that each is later than the one before.
 */
export async function sendCdrAnswer(
  ports: Ports,
  books: Books,
  cdr: SignedCdr,
  { answer: verdict, reasonCode, note }: CdrVerdict,
): Promise<SignedCdrAnswer> {
  const { cdrId, visitedUtility } = cdr.document;
  const earlier = await books.cdrs.lastAnswer(cdr);
  const notBeforeMs = earlier === null ? 0 : parseInstant(earlier.document.at) + 1;
  const answer = await ports.signer.sign({
    type: 'cdrAnswer' as const,
    schemaVersion: 1 as const,
    cdrId,
    cdrHash: cdr.documentHash,
    answer: verdict,
    reasonCode,
    note,
    at: formatInstant(Math.max(ports.clock.now(), notBeforeMs)),
  });
  await books.cdrs.addAnswer(answer);
  if (visitedUtility !== ports.utility) {
    books.send(answerCdr, visitedUtility, { answer }, `cdr:${cdrId}`);
  }
  return answer;
}

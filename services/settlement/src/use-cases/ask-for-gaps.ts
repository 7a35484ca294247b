import { receiveCdr, receiveCorrection, resendCdrs, type RequestOf } from '@roamgrid/contracts';
import type { Books, Ports } from '../ports.js';
import type { CdrRecord } from '../records.js';

const AT_ONCE = 200;

/** Home asks visited for numbers of the sequence that have not come; again and again until they have. */
export async function askForGaps(ports: Ports): Promise<void> {
  const nowMs = ports.clock.now();
  await ports.work.run(async (books) => {
    for (const { visitedUtility, sequences } of await books.gaps.due(nowMs, AT_ONCE)) {
      const request = { homeUtility: ports.utility, sequences };
      books.send(resendCdrs, visitedUtility, request, `gap:${visitedUtility}`);
      await books.gaps.markAsked(visitedUtility, sequences, nowMs);
    }
  });
}

/** Visited sends again what home asks for, with what has become of it; numbers that are not given out yet are none. */
export async function resend(
  ports: Ports,
  { homeUtility, sequences }: RequestOf<typeof resendCdrs>,
): Promise<void> {
  await ports.work.run(async (books) => {
    const [from, to] = [Math.min(...sequences), Math.max(...sequences)];
    const wanted = new Set(sequences);
    for (const record of await books.cdrs.inSequenceRange(homeUtility, from, to)) {
      if (wanted.has(record.cdr.document.sequence)) await resendOne(books, homeUtility, record);
    }
  });
}

async function resendOne(books: Books, homeUtility: string, { cdr }: CdrRecord): Promise<void> {
  const { cdrId } = cdr.document;
  const key = `cdr:${cdrId}`;
  books.send(receiveCdr, homeUtility, { cdr }, key);
  const credit = await books.corrections.findCredit(cdrId);
  if (credit === null) return;
  const { correctedBy } = credit.document;
  const successor = correctedBy === null ? null : await books.cdrs.find(correctedBy);
  books.send(receiveCorrection, homeUtility, { credit, cdr: successor?.cdr ?? null }, key);
}

import { parseInstant, type InstantMs } from '@roamgrid/kernel';
import { z } from 'zod';
import { Difference } from './verify-check.js';
import { readPart } from './verify-figures.js';

/** Services of one utility do not share a clock; as much as home tolerates. */
const CLOCK_TOLERANCE_MS = 300_000;

const text = z.string();
const timed = z.looseObject({
  startAt: text.optional(),
  flags: z.array(text).default([]),
  quote: z.looseObject({ document: z.looseObject({ issuedAt: text }) }),
  consent: z.looseObject({ document: z.looseObject({ channel: text.optional() }) }),
});

export interface Validity {
  readonly notBefore: string;
  readonly notAfter: string;
}

/**
 * When the price of a charge was agreed to, by the record. That is when the driver was quoted it. Where a station let
 * the driver charge by its own list and told later, the start itself was the yes to a price agreed in advance,
 * and the quote is younger than what it stands for (docs/decisions/0052-local-lists.md).
 */
function agreedAtMs(document: unknown): readonly InstantMs[] {
  const { startAt, flags, quote, consent } = readPart(timed, document);
  const quotedAtMs = parseInstant(quote.document.issuedAt);
  const isLate = flags.includes('offline') && consent.document.channel === 'preAgreed';
  if (!isLate || startAt === undefined) return [quotedAtMs];
  return [quotedAtMs, Math.min(quotedAtMs, parseInstant(startAt))];
}

/**
 * Something that a charge stands on held when its price was agreed to.
 *
 * @param what as a sentence begins with it: `the agreed tariff`
 * @throws Difference
 */
export function assertInForce(what: string, validity: Validity, document: unknown): void {
  const isInForce = agreedAtMs(document).some(
    (atMs) =>
      atMs >= parseInstant(validity.notBefore) - CLOCK_TOLERANCE_MS &&
      atMs < parseInstant(validity.notAfter) + CLOCK_TOLERANCE_MS,
  );
  if (isInForce) return;
  const { quote } = readPart(timed, document);
  const span = `${validity.notBefore} to ${validity.notAfter}`;
  throw new Difference(`the quote of ${quote.document.issuedAt} is outside ${span} of ${what}`);
}

import { RoamgridError } from '@roamgrid/kernel';
import type { SignedMandate, SignedQuote } from '@roamgrid/contracts';
import type { AaaParts } from '../aaa-parts.js';
import type { Station } from '../ports.js';
import type { SwipeRequest } from './authorize/grant.js';
import { recall } from './authorize/recall.js';
import { makeQuote } from './make-quote.js';

/**
 * A quote under the mandate that is remembered, made while the databases are asked whether it still
 * holds. Nobody is shown it before they have said so: {@link isQuoteUnder}.
 */
export async function quoteAhead(
  parts: AaaParts,
  request: SwipeRequest,
  station: Station,
): Promise<SignedQuote | null> {
  const remembered = recall(parts, request, station);
  if (remembered === null) return null;
  // what is asked leaves first, so that the answers are awaited while this is computed
  await new Promise((resolve) => setImmediate(resolve));
  try {
    return await makeQuote(parts, remembered.mandate, request, station);
  } catch (error) {
    // where the mandate holds the quote is made again, and says why not
    if (error instanceof RoamgridError) return null;
    throw error;
  }
}

export function isQuoteUnder(
  { documentHash }: SignedMandate,
  quote: SignedQuote | null,
): quote is SignedQuote {
  return quote?.document.mandateHash === documentHash;
}

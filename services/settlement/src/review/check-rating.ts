import { RoamgridError } from '@roamgrid/kernel';
import { canonicalText } from '../documents/canonical-text.js';
import { figuresIn, type RatedFigures } from '../pricing/figures.js';
import { rateWholesale, type WholesaleTerms } from '../pricing/wholesale.js';
import type { CdrDocument } from '../records.js';
import { objection, type Objection } from './objection.js';

/** Two values are the same figures when they have the same canonical bytes. */
const same = (left: unknown, right: unknown): boolean =>
  canonicalText(left) === canonicalText(right);

/** A CDR's figures against those of a re-rating, byte for byte. */
export function compareFigures(cdr: CdrDocument, figures: RatedFigures): Objection | null {
  const claimed = figuresIn(cdr);
  if (!same(claimed.lines, figures.lines) || claimed.totalExclTax !== figures.totalExclTax) {
    const note = `re-rating gives ${figures.totalExclTax} and not ${claimed.totalExclTax}`;
    return objection('price_differs', note);
  }
  if (!same(claimed.taxes, figures.taxes) || claimed.tax !== figures.tax) {
    return objection('tax_differs', `re-rating gives ${figures.tax} and not ${claimed.tax}`);
  }
  if (same(claimed, figures)) return null;
  const note = `re-rating gives ${figures.totalInclTax} and not ${claimed.totalInclTax}`;
  return objection('price_differs', note);
}

/**
 * Rates the CDR's own inputs again and compares every byte of its figures, and what is payable.
 *
 * @param terms of the agreement; null for a domestic CDR
 */
export function checkRating(cdr: CdrDocument, terms: WholesaleTerms): Objection | null {
  try {
    const { figures, settlement } = rateWholesale(cdr, cdr.tariff, cdr.rounding, terms);
    const differs = compareFigures(cdr, figures);
    if (differs !== null || same(cdr.settlement, settlement)) return differs;
    return objection('price_differs', `what is payable would be ${settlement.payable}`);
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return objection('price_differs', `re-rating is refused: ${error.message}`);
  }
}

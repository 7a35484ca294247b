import { ratedFigures } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { ratingToDocument, type Rating } from '@roamgrid/rating';
import { z } from 'zod';

const figuresSchema = z.strictObject(ratedFigures);

/** Lines, taxes and totals of a rating, as documents carry them. */
export type RatedFigures = z.output<typeof figuresSchema>;

/** @throws RoamgridError `price_unknown` where a rating has figures that no document may carry */
export function figuresOf(rating: Rating): RatedFigures {
  const { currency, lines, taxes, totalExclTax, tax, totalInclTax } = ratingToDocument(rating);
  const parsed = figuresSchema.safeParse({
    currency,
    lines,
    taxes,
    totalExclTax,
    tax,
    totalInclTax,
  });
  if (parsed.success) return parsed.data;
  throw new RoamgridError(
    'price_unknown',
    `the rating does not fit a document: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
  );
}

/** The figures that already stand in a document. */
export function figuresIn(document: RatedFigures): RatedFigures {
  const { currency, lines, taxes, totalExclTax, tax, totalInclTax } = document;
  return { currency, lines, taxes, totalExclTax, tax, totalInclTax };
}

import type { QuoteDocument } from '@roamgrid/contracts';

/**
 * What a loyalty tier counts at a station that has less power than its drivers ask for: OCPP 2.0.1's
 * `chargingPriority`, from -9 to 9, 0 for everybody.
 */
const PRIORITY_OF: Readonly<Record<QuoteDocument['tier'], number>> = {
  none: 0,
  Gold: 3,
  Diamond: 5,
  Platinum: 7,
};

/** The member of an answer; absent where it says nothing. */
export function chargingPriority(tier: QuoteDocument['tier'] | undefined): {
  chargingPriority?: number;
} {
  const priority = tier === undefined ? 0 : PRIORITY_OF[tier];
  return priority === 0 ? {} : { chargingPriority: priority };
}

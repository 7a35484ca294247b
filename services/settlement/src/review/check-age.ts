import type { SignedAgreement } from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import type { CdrDocument } from '../records.js';
import { objection, type Objection } from './objection.js';

const DAY_MS = 86_400_000;

/** Whether a charge came to its CDR later than the agreement allows: kept all the same, and disputed. */
export function isTooOld(
  { endAt, issuedAt }: Pick<CdrDocument, 'endAt' | 'issuedAt'>,
  agreement: SignedAgreement | null,
): boolean {
  if (agreement === null) return false;
  const limitMs = agreement.document.lateCdrLimitDays * DAY_MS;
  return parseInstant(issuedAt) - parseInstant(endAt) > limitMs;
}

export function checkAge(cdr: CdrDocument, agreement: SignedAgreement | null): Objection | null {
  return isTooOld(cdr, agreement)
    ? objection('too_old', 'the CDR was made later than the agreement allows')
    : null;
}

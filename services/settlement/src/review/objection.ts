import { RoamgridError } from '@roamgrid/kernel';
import type { SigningService, Verifier } from '@roamgrid/platform';
import type { MultiSignedDocument, SignedDocument } from '@roamgrid/documents';

/** Why home does not accept a CDR; the codes of a dispute. */
export type ObjectionCode =
  | 'energy_differs'
  | 'price_differs'
  | 'time_differs'
  | 'tax_differs'
  | 'tariff_not_agreed'
  | 'duplicate'
  | 'session_unknown'
  | 'other';

export interface Objection {
  readonly reasonCode: ObjectionCode;
  readonly note: string;
}

export const objection = (reasonCode: ObjectionCode, note: string): Objection => ({
  reasonCode,
  note,
});

/** Whether a document inside a CDR bears the signature that it must bear. */
export function isSigned(
  verifier: Verifier,
  signed: SignedDocument<unknown>,
  utility: string,
  service: SigningService,
): Promise<boolean> {
  return fits(verifier.verify(signed, utility, service));
}

/** The same of a document that several utilities sign. */
export function isCosigned(
  verifier: Verifier,
  signed: MultiSignedDocument<unknown>,
  parties: readonly string[],
  service: SigningService,
): Promise<boolean> {
  return fits(verifier.verifyCosigned(signed, parties, service));
}

async function fits(verification: Promise<void>): Promise<boolean> {
  try {
    await verification;
    return true;
  } catch (error) {
    if (error instanceof RoamgridError && error.status < 500) return false;
    throw error;
  }
}

import type { DisputeReason } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { SigningService, Verifier } from '@roamgrid/platform';
import type { MultiSignedDocument, SignedDocument } from '@roamgrid/documents';

/** Why home does not accept a CDR. */
export interface Objection {
  readonly reasonCode: DisputeReason;
  readonly note: string;
}

export const objection = (reasonCode: DisputeReason, note: string): Objection => ({
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

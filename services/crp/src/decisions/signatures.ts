/** One party's signature. */
export interface PartySignature {
  readonly utility: string;
  readonly signature: string;
}

/** Signatures stand in the alphabetical order of their utilities, whoever signed first. */
export function byUtility<Signature extends PartySignature>(
  signatures: readonly Signature[],
): Signature[] {
  return [...signatures].sort((left, right) => (left.utility < right.utility ? -1 : 1));
}

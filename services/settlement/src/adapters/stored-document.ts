import { canonicalText } from '../documents/canonical-text.js';

/** The columns in which every signed document is kept. */
export interface DocumentRow {
  readonly document: string;
  readonly document_hash: string;
  readonly signature: string;
}

interface Signed {
  readonly document: unknown;
  readonly documentHash: string;
  readonly signature: string;
}

/** What was checked when it was written is not checked again when it is read. */
export function fromRow<S extends Signed>(row: DocumentRow): S {
  return {
    document: JSON.parse(row.document) as S['document'],
    documentHash: row.document_hash,
    signature: row.signature,
  } as S;
}

/** `document, document_hash, signature` as statement parameters. */
export function toColumns(signed: Signed): [string, string, string] {
  return [canonicalText(signed.document), signed.documentHash, signed.signature];
}

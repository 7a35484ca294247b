import type { SignedDocument } from '@roamgrid/documents';
import { canonicalText } from '../documents/canonical-text.js';

/** The columns in which every signed document is kept. */
export interface DocumentRow {
  readonly document: string;
  readonly document_hash: string;
  readonly signature: string;
}

/** What was checked when it was written is not checked again when it is read. */
export function fromRow<Document>(row: DocumentRow): SignedDocument<Document> {
  return {
    document: JSON.parse(row.document) as Document,
    documentHash: row.document_hash,
    signature: row.signature,
  };
}

/** `document, document_hash, signature` as statement parameters. */
export function toColumns(signed: SignedDocument<unknown>): [string, string, string] {
  return [canonicalText(signed.document), signed.documentHash, signed.signature];
}

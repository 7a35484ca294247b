import { canonicalBytes } from '@roamgrid/documents';

/** The canonical form as text: how documents are stored, byte for byte as they were signed. */
export function canonicalText(document: unknown): string {
  return new TextDecoder().decode(canonicalBytes(document));
}

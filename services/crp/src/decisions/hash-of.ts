import { documentHash } from '@roamgrid/documents';
import { sha256 } from '@roamgrid/platform';

/** Lower-case hex SHA-256 of a document's canonical form. */
export function hashOf(document: unknown): string {
  return documentHash(document, sha256);
}

import { createHash } from 'node:crypto';
import { canonicalBytes } from './pure.js';

/** RFC 8785. @throws RoamgridError `malformed_document` */
export function canonicalText(value: unknown): string {
  return Buffer.from(canonicalBytes(value)).toString('utf8');
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** Lower-case hex SHA-256 of a text's UTF-8 bytes. */
export function hashHex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

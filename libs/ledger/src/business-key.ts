import { createHmac } from 'node:crypto';

/**
 * The name of a record on the ledger: HMAC-SHA-256, lower-case hex, over the parts under the secret of
 * the pair, so that nobody else can tell which document a key stands for, or guess the next one.
 *
 * Each part is preceded by its length in bytes: `['ab', 'c']` and `['a', 'bc']` are two keys.
 */
export function businessKey(pairSecret: Uint8Array, parts: readonly string[]): string {
  return keyedHash(pairSecret, ['business-key', ...parts]);
}

/**
 * The salt inside a record, 32 bytes in hex. It follows from the pair's secret and the record's key, so
 * that both parties know it, and a record posted again after a restore has the same bytes.
 */
export function recordSalt(pairSecret: Uint8Array, key: string): string {
  return keyedHash(pairSecret, ['record-salt', key]);
}

function keyedHash(secret: Uint8Array, parts: readonly string[]): string {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest('hex');
}

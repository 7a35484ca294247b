import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Sha256 } from '@roamgrid/documents';

export const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();

export function sha256Hex(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A keyed hash that stands for a value too small to be hashed alone: a CIN, a card's UID. */
export function keyedHash(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Compares two hex digests in a time that says nothing. */
export function equalDigests(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left, 'hex'), Buffer.from(right, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What a station's password becomes before it leaves the router. */
export function stationPasswordDigest(stationId: string, password: string): string {
  return sha256Hex(`${stationId}:${password}`);
}

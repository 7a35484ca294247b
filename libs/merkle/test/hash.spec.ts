import { describe, expect, it } from '@jest/globals';
import { hashFromHex, hashToHex, leafHash, nodeHash, requireHashFromHex } from '../src/hash.js';
import { sha256 } from './sha256.js';

describe('the hashes of RFC 6962', () => {
  it('a leaf is hashed behind 0x00, a node behind 0x01', () => {
    const [left, right] = [sha256(Uint8Array.of(1)), sha256(Uint8Array.of(2))];
    expect(leafHash(Uint8Array.of(7, 8), sha256)).toEqual(sha256(Uint8Array.of(0, 7, 8)));
    expect(nodeHash(left, right, sha256)).toEqual(sha256(Uint8Array.of(1, ...left, ...right)));
  });

  it('two nodes do not pass for a leaf', () => {
    const [left, right] = [sha256(Uint8Array.of(1)), sha256(Uint8Array.of(2))];
    const joined = Uint8Array.of(...left, ...right);
    expect(leafHash(joined, sha256)).not.toEqual(nodeHash(left, right, sha256));
  });

  it('has one spelling in hexadecimal', () => {
    const hash = sha256(new Uint8Array(0));
    const text = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(hashToHex(hash)).toBe(text);
    expect(hashFromHex(text)).toEqual(hash);
    expect(requireHashFromHex(text)).toEqual(hash);
    for (const wrong of ['', text.toUpperCase(), text.slice(2), `${text}00`, `${text}\n`]) {
      expect(hashFromHex(wrong)).toBeNull();
      expect(() => requireHashFromHex(wrong)).toThrow(RangeError);
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { businessKey, recordSalt } from '@roamgrid/ledger';

const SECRET = new Uint8Array(32).fill(7);

describe('businessKey', () => {
  it('is an HMAC-SHA-256 over the length and the bytes of each part', () => {
    expect(businessKey(SECRET, ['invoice', '2026-0001'])).toBe(
      'fb33704e2ad831f751b0d228890ea04a6e19d2e5c9f1a07a9341115316585463',
    );
  });

  it.each([
    ['other parts', SECRET, ['invoice', '2026-0002']],
    ['a part cut elsewhere', SECRET, ['invoice2', '026-0001']],
    ['parts joined', SECRET, ['invoice2026-0001']],
    ['a part more', SECRET, ['invoice', '2026-0001', '']],
    ['another secret', new Uint8Array(32).fill(8), ['invoice', '2026-0001']],
  ])('differs for %s', (_, secret, parts) => {
    expect(businessKey(secret, parts)).toMatch(/^[0-9a-f]{64}$/);
    expect(businessKey(secret, parts)).not.toBe(businessKey(SECRET, ['invoice', '2026-0001']));
  });
});

describe('recordSalt', () => {
  it('follows from the secret and the key, and is no business key', () => {
    const key = businessKey(SECRET, ['invoice', '2026-0001']);
    expect(recordSalt(SECRET, key)).toBe(recordSalt(SECRET, key));
    expect(recordSalt(SECRET, key)).not.toBe(businessKey(SECRET, [key]));
    expect(recordSalt(new Uint8Array(32), key)).not.toBe(recordSalt(SECRET, key));
  });
});

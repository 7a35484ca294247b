import { describe, expect, it } from '@jest/globals';
import { keyFor, type Jwk } from '../src/jwk.js';
import type { JwsHeader } from '../src/jws.js';

const edKey: Jwk = { kty: 'OKP', crv: 'Ed25519', kid: 'settlement-1', x: 'x' };
const ecKey: Jwk = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'hsm-1',
  x: 'x',
  y: 'y',
  use: 'sig',
  alg: 'ES256',
};
const edHeader: JwsHeader = { alg: 'EdDSA', kid: 'settlement-1' };

describe('keyFor', () => {
  it('finds the key by its id', () => {
    expect(keyFor(edHeader, { keys: [ecKey, edKey] })).toBe(edKey);
    expect(keyFor({ alg: 'ES256', kid: 'hsm-1' }, { keys: [ecKey, edKey] })).toBe(ecKey);
  });

  it.each<[Jwk[], string]>([
    [[], 'no key'],
    [[{ ...edKey, kid: 'settlement-2' }], 'another id'],
    [[{ kty: 'OKP', crv: 'Ed25519', x: 'x' }], 'a key without id'],
    [[{ ...edKey, use: 'enc' }], 'a key for encryption'],
    [[{ ...edKey, crv: 'X25519' }], 'another curve'],
    [[{ ...edKey, alg: 'ES256' }], 'a key of another algorithm'],
    [[{ ...ecKey, kid: 'settlement-1' }], 'a key of another type'],
    [[edKey, { ...edKey, x: 'other' }], 'two keys of one id'],
  ])('refuses %j: %s', (keys) => {
    expect(() => keyFor(edHeader, { keys })).toThrow(
      expect.objectContaining({ code: 'signature_invalid' }),
    );
  });
});

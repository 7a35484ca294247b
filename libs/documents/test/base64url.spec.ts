import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeBase64Url, encodeBase64Url } from '../src/base64url.js';

describe('base64url', () => {
  it.each([
    ['', ''],
    ['66', 'Zg'],
    ['666f', 'Zm8'],
    ['666f6f', 'Zm9v'],
    ['666f6f62', 'Zm9vYg'],
    ['fbff', '-_8'],
    ['000000', 'AAAA'],
  ])('bytes %s are %s', (hex, text) => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(encodeBase64Url(bytes)).toBe(text);
    expect(decodeBase64Url(text)).toEqual(bytes);
  });

  it.each(['Z', 'Zm9vY', 'Zg==', 'Zm8=', '+/8', 'Zm 9v', 'Zh', 'Zm9', 'Zg\n', 'é'])(
    'refuses %j',
    (text) => {
      expect(() => decodeBase64Url(text)).toThrow(
        expect.objectContaining({ code: 'signature_invalid' }),
      );
    },
  );

  it('is what Node writes, and is read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect([...decodeBase64Url(text)]).toEqual([...bytes]);
      }),
    );
  });
});

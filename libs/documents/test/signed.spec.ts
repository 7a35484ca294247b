import { describe, expect, it } from '@jest/globals';
import { documentHash } from '../src/signed.js';
import { sha256 } from './sha256.js';

describe('documentHash', () => {
  it('is the hexadecimal SHA-256 of the canonical form', () => {
    expect(documentHash({}, sha256)).toBe(
      '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    );
    expect(documentHash({ b: '1', a: '2' }, sha256)).toBe(documentHash({ a: '2', b: '1' }, sha256));
    expect(documentHash({ a: '2' }, sha256)).not.toBe(documentHash({ a: '3' }, sha256));
  });

  it('there is none of what may not stand in a document', () => {
    expect(() => documentHash({ a: 0.5 }, sha256)).toThrow(
      expect.objectContaining({ code: 'malformed_document' }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { Seal } from '../src/index.js';

const SECRET = new Uint8Array(32).fill(5);

describe('a seal', () => {
  const sealed = new Seal(SECRET, 'answers').close('84000195011000012374 · é');

  it('gives back what was sealed, never as it was, never twice the same', () => {
    expect(new Seal(SECRET, 'answers').open(sealed)).toBe('84000195011000012374 · é');
    expect(sealed.toString('latin1')).not.toContain('84000195011000012374');
    expect(new Seal(SECRET, 'answers').close('84000195011000012374 · é')).not.toEqual(sealed);
  });

  it.each([
    ['another purpose', () => new Seal(SECRET, 'credentials').open(sealed)],
    ['another secret', () => new Seal(new Uint8Array(32), 'answers').open(sealed)],
    ['another byte', () => new Seal(SECRET, 'answers').open(flipped(sealed))],
    ['too few bytes', () => new Seal(SECRET, 'answers').open(sealed.subarray(0, 20))],
  ])('does not open with %s', (_, open) => {
    expect(open).toThrow();
  });
});

function flipped(sealed: Buffer): Buffer {
  const copy = Buffer.from(sealed);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}

import { describe, expect, it } from '@jest/globals';
import { parseUtilitySlug } from '../src/ids.js';

const refusal = expect.objectContaining({ code: 'malformed_identifier' });

describe('identifiers', () => {
  it.each(['duke-energy', 'a', 'a1-b2', 'northern-hydro'])('%s is a utility name', (text) => {
    expect(parseUtilitySlug(text)).toBe(text);
  });

  it.each([
    '',
    'Duke',
    '-duke',
    'duke-',
    'duke--energy',
    '1duke',
    'duke energy',
    'duke\n',
    'a'.repeat(49),
  ])('%j is no utility name', (text) => {
    expect(() => parseUtilitySlug(text)).toThrow(refusal);
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseSessionId, parseStationId, parseUtilitySlug } from '../src/ids.js';

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

  it.each(['DUKE-CLT-001', 'a', 'station.1:2_3', 'x'.repeat(48)])('%s is a station id', (text) => {
    expect(parseStationId(text)).toBe(text);
  });

  it.each(['', '-a', 'a b', 'a/b', '../a', 'a%2e', 'é', 'a\n', 'x'.repeat(49)])(
    '%j is no station id',
    (text) => {
      expect(() => parseStationId(text)).toThrow(refusal);
    },
  );

  it('a session id is a UUID in lower case', () => {
    const uuid = '01936f3e-7c1a-7b3c-9d2e-0123456789ab';
    expect(parseSessionId(uuid)).toBe(uuid);
    for (const text of ['', uuid.toUpperCase(), uuid.slice(1), `${uuid}\n`, `{${uuid}}`]) {
      expect(() => parseSessionId(text)).toThrow(refusal);
    }
  });
});

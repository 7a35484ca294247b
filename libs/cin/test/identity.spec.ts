import { describe, expect, it } from '@jest/globals';
import { parseIdentity } from '../src/identity.js';

describe('parseIdentity', () => {
  it('tells a CIN from a contract id', () => {
    expect(parseIdentity('840 00195 01 1 0000123 74')).toEqual({
      kind: 'cin',
      cin: '84000195011000012374',
      routingKey: '8400019501',
    });
    expect(parseIdentity('us-hun-c00000001-o')).toEqual({
      kind: 'contractId',
      contractId: 'USHUNC00000001',
      routingKey: 'USHUN',
    });
  });

  it.each([
    ['', 'invalid_cin'],
    ['84000195011000012375', 'invalid_cin'],
    ['04A2B3C4D5E6F7', 'invalid_cin'],
    ['USHUNC00000001X', 'invalid_contract_id'],
    ['A4B2C3D4', 'invalid_contract_id'],
    ['\u0130SHUNC00000001', 'invalid_cin'],
  ])('refuses %j as %s', (text, code) => {
    expect(() => parseIdentity(text)).toThrow(expect.objectContaining({ code }));
  });
});

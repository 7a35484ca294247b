import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dinCheckCharacter, isoCheckCharacter } from '../src/contract-check.js';
import { formatContractId, parseContractId, providerPart } from '../src/contract-id.js';

describe('parseContractId', () => {
  it.each([
    // text, canonical, provider
    ['NN123ABCDEFGHI', 'NN123ABCDEFGHI', 'NN123'],
    ['NN123ABCDEFGHIT', 'NN123ABCDEFGHI', 'NN123'],
    ['nn123abcdefghit', 'NN123ABCDEFGHI', 'NN123'],
    ['NN-123-ABCDEFGHI', 'NN123ABCDEFGHI', 'NN123'],
    ['NN-123-ABCDEFGHI-T', 'NN123ABCDEFGHI', 'NN123'],
    ['DE-8AA-CA2B3C4D5-L', 'DE8AACA2B3C4D5', 'DE8AA'],
    ['USHUNC00000001O', 'USHUNC00000001', 'USHUN'],
    ['NL-TNM-012204-5', 'NLTNMC00122045', 'NLTNM'],
    ['NL*TNM*012204*5', 'NLTNMC00122045', 'NLTNM'],
    ['NLTNM0122045', 'NLTNMC00122045', 'NLTNM'],
    ['NL-TNM-012204', 'NLTNMC00122045', 'NLTNM'],
    ['nltnm012204', 'NLTNMC00122045', 'NLTNM'],
    ['NL-TNM-C00122045-K', 'NLTNMC00122045', 'NLTNM'],
  ])('%s is %s of %s', (text, canonical, provider) => {
    const contractId = parseContractId(text);
    expect(contractId).toBe(canonical);
    expect(providerPart(contractId)).toBe(provider);
  });

  it.each([
    ['', 'empty'],
    ['NN123ABCDEFGHIX', 'a wrong check character'],
    ['NN-123-ABCDEFGHI-X', 'a wrong check character after separators'],
    ['NL-TNM-012204-6', 'a wrong DIN check digit'],
    ['NN-123ABCDEFGHI', 'separators at some places only'],
    ['NN-123-ABCDEFGHIT', 'no separator before the check character'],
    ['NN*123*ABCDEFGHI*T', 'stars in the ISO form'],
    ['NL-TNM*012204-5', 'mixed separators'],
    ['12123ABCDEFGHI', 'a country of digits'],
    ['NN123ABCDEFG', 'twelve characters that are no DIN id'],
    ['NN123ABCDEFGH', 'thirteen characters'],
    ['NN123ABCDEFGHIT1', 'sixteen characters'],
    ['NN123ABCDEFGHI\n', 'a newline after'],
    [' NN123ABCDEFGHI', 'a space before'],
    ['NN123ABCDEFGHß', 'a letter that grows in upper case'],
    ['NN123ABCDEFGHı', 'a letter whose upper case is ASCII'],
    ['ＮＮ123ABCDEFGHI', 'full-width letters'],
  ])('refuses %j: %s', (text) => {
    expect(() => parseContractId(text)).toThrow(
      expect.objectContaining({ code: 'invalid_contract_id' }),
    );
  });

  it('reads back what formatContractId writes', () => {
    expect(formatContractId(parseContractId('NN123ABCDEFGHI'))).toBe('NN-123-ABCDEFGHI-T');
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{2}[0-9A-Z]{12}$/), (fourteen) => {
        const contractId = parseContractId(fourteen + isoCheckCharacter(fourteen));
        expect(contractId).toBe(fourteen);
        expect(parseContractId(formatContractId(contractId))).toBe(contractId);
      }),
    );
  });

  it('gives a DIN id one canonical form, with and without its check digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{2}[0-9A-Z]{9}$/), (eleven) => {
        const canonical = parseContractId(eleven);
        expect(parseContractId(eleven + dinCheckCharacter(eleven))).toBe(canonical);
        expect(canonical).toBe(
          `${eleven.slice(0, 5)}C0${eleven.slice(5)}${dinCheckCharacter(eleven)}`,
        );
      }),
    );
  });
});

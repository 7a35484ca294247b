import { describe, expect, it } from '@jest/globals';
import { readOutcome, readRequestFor, readStoredRecord, requestFor } from '@roamgrid/ledger';

const KEY = 'a'.repeat(64);
const HASH = 'b'.repeat(64);

describe('requestFor', () => {
  it('puts the key beside the argument and the document hash among the transient data', () => {
    const request = requestFor({
      name: 'presentInvoice',
      caller: 'duke-energy',
      businessKey: KEY,
      documentHash: HASH,
      argument: { debtor: 'georgia-power', creditor: 'duke-energy' },
      transient: { salt: HASH, lines: [{ b: 1, a: 'é' }] },
    });
    expect(request.argument).toBe(
      `{"businessKey":"${KEY}","creditor":"duke-energy","debtor":"georgia-power"}`,
    );
    const texts = [...request.transient].map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString('utf8'),
    ]);
    expect(Object.fromEntries(texts)).toEqual({
      documentHash: `"${HASH}"`,
      salt: `"${HASH}"`,
      lines: '[{"a":"é","b":1}]',
    });
  });

  it('refuses what has no canonical form', () => {
    expect(() => readRequestFor('\ud800')).toThrow(
      expect.objectContaining({ code: 'malformed_request' }),
    );
  });
});

describe('what the contract answers', () => {
  it('is an outcome', () => {
    const answer = `{"businessKey":"${KEY}","documentHash":"${HASH}","first":false}`;
    expect(readOutcome(answer)).toEqual({ businessKey: KEY, documentHash: HASH, first: false });
  });

  it('is a record, or nothing', () => {
    expect(readStoredRecord('null')).toBeNull();
    const answer = {
      fact: { kind: 'invoice', businessKey: KEY, documentHash: HASH, salt: 's' },
      receipt: { txId: 't', recordedAt: '2026-01-01T00:00:00Z' },
    };
    expect(readStoredRecord(JSON.stringify(answer))).toEqual({
      kind: 'invoice',
      businessKey: KEY,
      documentHash: HASH,
      txId: 't',
      committedAt: '2026-01-01T00:00:00Z',
      fact: { salt: 's' },
    });
  });

  it.each(['{}', '[]', '"text"', '{"first":true}'])('is refused when it is %s', (answer) => {
    expect(() => readOutcome(answer)).toThrow(TypeError);
    expect(() => readStoredRecord(answer)).toThrow(TypeError);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { canonicalBytes } from '../src/canonical.js';

const canonicalText = (value: unknown): string => new TextDecoder().decode(canonicalBytes(value));

function nested(depth: number): unknown {
  let value: unknown = 'innermost';
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

class Amount {
  readonly minor = 1;
}

function withSymbol(): object {
  return { a: 'b', [Symbol('hidden')]: 'c' };
}

function selfContaining(): unknown {
  const ring: Record<string, unknown> = {};
  ring['self'] = ring;
  return ring;
}

describe('canonicalBytes', () => {
  it.each([
    // value, RFC 8785 text
    [{ b: '1', a: '2' }, '{"a":"2","b":"1"}'],
    [{ z: { y: [], x: {} }, a: null }, '{"a":null,"z":{"x":{},"y":[]}}'],
    [[true, false, null, 0, -5, 9007199254740991], '[true,false,null,0,-5,9007199254740991]'],
    ['€$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
    [
      { '\u20ac': 'Euro', '\r': 'CR', '1': 'One', '\ud83d\ude00': 'Smile', ö: 'o', '\ufb33': 'D' },
      '{"\\r":"CR","1":"One","ö":"o","€":"Euro","😀":"Smile","\ufb33":"D"}',
    ],
    [-0, '0'],
    ['plain', '"plain"'],
    [JSON.parse('{"__proto__":"1","a":"2"}'), '{"__proto__":"1","a":"2"}'],
    [Object.assign(Object.create(null) as object, { a: '1' }), '{"a":"1"}'],
    [runInNewContext('({ a: ["1"] })'), '{"a":["1"]}'],
  ])('%j is %s', (value, text) => {
    expect(canonicalText(value)).toBe(text);
  });

  it.each<[unknown, string]>([
    [0.1, '/'],
    [{ a: [{ b: 14.07 }] }, '/a/0/b'],
    [{ a: 2 ** 53 }, '/a'],
    [{ a: Number.NaN }, '/a'],
    [{ a: Number.POSITIVE_INFINITY }, '/a'],
    [{ a: 1n }, '/a'],
    [{ a: undefined }, '/a'],
    [[undefined], '/0'],
    [new Array<string>(1), '/0'],
    [undefined, '/'],
    [{ a: () => 'b' }, '/a'],
    [{ a: Symbol('b') }, '/a'],
    [{ a: new Date(0) }, '/a'],
    [{ a: new Map() }, '/a'],
    [{ a: new Amount() }, '/a'],
    [{ a: Uint8Array.of(1) }, '/a'],
    [withSymbol(), '/'],
    [{ toJSON: () => 'other' }, '/toJSON'],
    [{ a: '\ud800' }, '/a'],
    [{ '\udc00': 'a' }, '/'],
  ])('refuses case %#', (value, path) => {
    expect(() => canonicalBytes(value)).toThrow(
      expect.objectContaining({
        code: 'malformed_document',
        fields: [expect.objectContaining({ path: path === '/' ? '' : path })],
      }),
    );
  });

  it('refuses what is nested without end', () => {
    expect(canonicalText(nested(64))).toMatch(/^\[{64}"innermost"\]{64}$/);
    const refusal = expect.objectContaining({ code: 'malformed_document' });
    expect(() => canonicalBytes(nested(70))).toThrow(refusal);
    expect(() => canonicalBytes(nested(100_000))).toThrow(refusal);
    expect(() => canonicalBytes(selfContaining())).toThrow(refusal);
  });

  const anyDocument = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 4 }),
    ),
  })).value;

  it('is stable through JSON, whatever the order of the members', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const text = canonicalText(document);
        expect(canonicalText(JSON.parse(text))).toBe(text);
        expect(canonicalText(JSON.parse(JSON.stringify(document)))).toBe(text);
      }),
    );
  });
});

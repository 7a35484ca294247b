import { describe, expect, it } from '@jest/globals';
import { OCPP16, OCPP20 } from 'typed-ocpp';
import { exactDecimal } from '../src/exact/exact-decimal.js';
import { canonicalText, NotJsonError, parseExact, writeExact } from '../src/exact/exact-json.js';
import { redactRaw } from '../src/identity/redact.js';
import { actionsOf } from '../src/ocpp/actions.js';
import { isDateTime } from '../src/ocpp/date-time.js';
import { assertPayload, isActionOf } from '../src/ocpp/payload-schema.js';
import { OcppFault, PROTOCOLS, type Protocol } from '../src/ocpp/protocol.js';
import { hasCredentialsInQuery, readBasicCredentials } from '../src/stations/basic-credentials.js';

describe('a number without loss', () => {
  it.each([
    ['0', 0, '0'],
    ['-0', 0, '0'],
    ['0.0', 3, '0'],
    ['007', 0, '7'],
    ['1.50', 0, '1.5'],
    ['-1.5', 3, '-1500'],
    ['1e3', 0, '1000'],
    ['1.25E-2', 0, '0.0125'],
    ['123456789012345678901234', 0, '123456789012345678901234'],
    ['1234567890123456789012345', 0, null],
    ['0.0000000001', 0, null],
    ['1e9999', 0, null],
    ['1e-9999', 0, null],
    ['1e99999', 0, null],
    ['', 0, null],
    ['.5', 0, null],
    ['1 ', 0, null],
    ['0x10', 0, null],
  ])('%s × 10^%i = %s', (text, power, expected) => {
    expect(exactDecimal(text, power)).toBe(expected);
  });
});

describe('JSON without loss', () => {
  it('keeps digits, and one text for one content', () => {
    const { value } = parseExact('{"b":9007199254740993,"a":[1.50,1e2]}');
    expect(writeExact(value)).toBe('{"b":9007199254740993,"a":[1.50,1e2]}');
    expect(canonicalText(value)).toBe('{"a":[1.50,1e2],"b":9007199254740993}');
  });

  it.each([
    ['{"a":1,"a":1}', true],
    ['{"a":1,"a":2}', true],
    ['{"a":{"b":1},"c":{"b":1}}', false],
    ['{"a":"\\":{","b":"x:y"}', false],
    ['{"__proto__":1,"__proto__":1}', true],
    ['{"__proto__":{"x":1}}', false],
  ])('%s names a member twice: %s', (text, expected) => {
    expect(parseExact(text).hasDuplicateMember).toBe(expected);
  });

  it.each(['', '{', '[1,]', '\ufeff[]', '['.repeat(50_000), '{"a":.5}', 'NaN'])(
    '%.20s is not JSON',
    (text) => {
      expect(() => parseExact(text)).toThrow(NotJsonError);
    },
  );
});

describe('what is stored of a frame', () => {
  const masked = '8400019501••••••••74';
  it.each([
    ['{"idTag":"84000195011000012374"}', `{"idTag":"${masked}"}`],
    ['{"idTag":"04A1B2C3"}', '{"idTag":"[token]"}'],
    ['{"idToken":{"idToken":"04A1","type":"x"}}', '{"idToken":{"idToken":"[token]","type":"x"}}'],
    ['{ "cin" : "8400 0195 0110 0001 2374" }', `{ "cin" : "${masked}" }`],
    ['{"cin":84000195011000012374}', `{"cin":"${masked}"}`],
    ['{"pin":1234}', '{"pin":"[pin]"}'],
    ['{"pin":"1234","x":"1234"}', '{"pin":"[pin]","x":"[pin]"}'],
    ['{"id\\u0054ag":"04A1B2C3"}', '{"id\\u0054ag":"[token]"}'],
    ['{"pin":["1234",{"a":5}]}', '{"pin":"[pin]"}'],
    ['{"idToken":["04A1"]}', '{"idToken":"[token]"}'],
    ['{"pin":"12', '{"pin":"[pin]"'],
    ['{"data":"{\\"idToken\\":\\"04A1\\"}"}', '{"data":"{\\"idToken\\":\\"[token]\\"}"}'],
    ['{"data":"of 84000195011000012374"}', `{"data":"of ${masked}"}`],
    ['{"meterWh":"1000"}', '{"meterWh":"1000"}'],
  ])('%s → %s', (raw, stored) => {
    let parsed;
    try {
      parsed = parseExact(raw).value;
    } catch {
      parsed = undefined;
    }
    expect(redactRaw(raw, parsed)).toBe(stored);
  });
});

describe('the schemas', () => {
  it.each(PROTOCOLS)('of %s all compile, and every handled action has one', (protocol) => {
    const schemas = protocol === 'ocpp1.6' ? OCPP16.schemas : OCPP20.schemas;
    for (const name of Object.keys(schemas)) {
      const side = name.endsWith('Request') ? 'Request' : 'Response';
      const refused = (): void => {
        assertPayload(protocol, name.slice(0, -side.length), {}, side);
      };
      try {
        refused();
      } catch (error) {
        expect(error).toBeInstanceOf(OcppFault);
      }
    }
    for (const action of actionsOf(protocol).keys()) {
      expect(isActionOf(protocol, action)).toBe(true);
    }
  });

  it('know nothing that objects inherit', () => {
    const protocol: Protocol = 'ocpp2.0.1';
    for (const action of ['__proto__', 'constructor', 'toString']) {
      expect(isActionOf(protocol, action)).toBe(false);
    }
  });

  it.each([
    ['2026-01-01T00:00:00Z', true],
    ['2026-01-01T00:00:00.123456+02:00', true],
    ['0001-01-01T00:00:00Z', true],
    ['9999-12-31T23:59:59Z', true],
    ['2026-02-29T00:00:00Z', false],
    ['1900-02-29T00:00:00Z', false],
    ['2026-01-01 00:00:00', false],
    ['2026-01-01T00:00:00', false],
    ['', false],
  ])('%s is a date-time: %s', (text, expected) => {
    expect(isDateTime(text)).toBe(expected);
  });
});

describe('credentials', () => {
  it.each([
    [`Basic ${btoa('a:b')}`, { user: 'a', password: 'b' }],
    [`basic ${btoa('a:b:c')}`, { user: 'a', password: 'b:c' }],
    [`Basic ${btoa(':b')}`, null],
    [`Basic ${btoa('ab')}`, null],
    ['Bearer x', null],
    [undefined, null],
  ])('%s', (header, expected) => {
    expect(readBasicCredentials(header)).toEqual(expected);
  });

  it.each([
    ['/ocpp/A?password=x', true],
    ['/ocpp/A?ACCESS_TOKEN=x', true],
    ['/ocpp/A?page=1', false],
    ['/ocpp/A', false],
  ])('%s carries credentials: %s', (url, expected) => {
    expect(hasCredentialsInQuery(url)).toBe(expected);
  });
});

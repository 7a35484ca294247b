import { describe, expect, it } from '@jest/globals';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { encodeBase64Url } from '../src/base64url.js';
import {
  attach,
  detach,
  detachedJws,
  encodeHeader,
  protectedHeader,
  signatureQuestion,
  signingInput,
  type JwsHeader,
} from '../src/jws.js';

const refusal = expect.objectContaining({ code: 'signature_invalid' });
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const jwsWithHeader = (header: string): string => `${encodeBase64Url(bytesOf(header))}..AAAA`;

/** RFC 8037 appendix A.4: an Ed25519 signature that a standard prints. */
const RFC_8037 = {
  compact:
    'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  payload: bytesOf('Example of Ed25519 signing'),
};

describe('detached JWS', () => {
  it('leaves out the payload and takes it back', () => {
    const detached = detach(RFC_8037.compact);
    expect(detached).toMatch(/^eyJhbGciOiJFZERTQSJ9\.\.hgyY0il_/);
    expect(attach(detached, RFC_8037.payload)).toBe(RFC_8037.compact);
  });

  it.each(['', 'a', 'a.b', 'a.b.c.d', '.b.c', 'a.b.', '..'])('%j cannot be detached', (text) => {
    expect(() => detach(text)).toThrow(refusal);
  });

  it.each(['', 'a.b', 'a.b.c', 'a..b.c', '..c', 'a..'])('%j is not detached', (text) => {
    expect(() => attach(text, RFC_8037.payload)).toThrow(refusal);
  });
});

describe('protectedHeader', () => {
  it.each<[string, JwsHeader]>([
    ['{"alg":"EdDSA","kid":"settlement-1"}', { alg: 'EdDSA', kid: 'settlement-1' }],
    ['{"kid":"crp-1","alg":"ES256"}', { alg: 'ES256', kid: 'crp-1' }],
    ['{"alg":"EdDSA","kid":"a","typ":"JOSE"}', { alg: 'EdDSA', kid: 'a', typ: 'JOSE' }],
  ])('reads %s', (text, header) => {
    expect(protectedHeader(jwsWithHeader(text))).toEqual(header);
  });

  it.each([
    ['{"alg":"none","kid":"a"}', 'no signature at all'],
    ['{"alg":"HS256","kid":"a"}', 'a secret that both know'],
    ['{"alg":"RS256","kid":"a"}', 'another algorithm'],
    ['{"alg":"eddsa","kid":"a"}', 'another spelling'],
    ['{"kid":"a"}', 'no algorithm'],
    ['{"alg":"EdDSA"}', 'no key id'],
    ['{"alg":"EdDSA","kid":""}', 'an empty key id'],
    ['{"alg":"EdDSA","kid":1}', 'a key id that is no text'],
    ['{"alg":"EdDSA","kid":"a","typ":1}', 'a type that is no text'],
    ['{"alg":"EdDSA","kid":"a","b64":false}', 'an unencoded payload'],
    ['{"alg":"EdDSA","kid":"a","b64":true}', 'b64 at all'],
    ['{"alg":"EdDSA","kid":"a","crit":["b64"]}', 'critical members'],
    ['{"alg":"EdDSA","kid":"a","jwk":{}}', 'a key brought along'],
    ['{"alg":"EdDSA","kid":"a","jku":"https://example.org"}', 'an address of keys'],
    ['{"alg":"EdDSA","kid":"a","x5c":[]}', 'certificates brought along'],
    ['{"alg":"EdDSA","kid":"a","__proto__":{}}', 'an unknown member'],
    ['[]', 'an array'],
    ['null', 'null'],
    ['"EdDSA"', 'a text'],
    ['{', 'no JSON'],
    ['', 'nothing'],
  ])('refuses %s: %s', (text) => {
    expect(() => protectedHeader(jwsWithHeader(text))).toThrow(refusal);
  });

  it('refuses bytes that are no UTF-8, and text that is no base64url', () => {
    expect(() => protectedHeader(`${encodeBase64Url(Uint8Array.of(0xff, 0xfe))}..AAAA`)).toThrow(
      refusal,
    );
    expect(() => protectedHeader('eyJ=..AAAA')).toThrow(refusal);
  });
});

describe('a signature made here', () => {
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    },
  });
  const publicKey = createPublicKey(privateKey);
  const header: JwsHeader = { alg: 'EdDSA', kid: 'settlement-1' };
  const payload = bytesOf('{"a":"1"}');
  const jws = detachedJws(header, sign(null, signingInput(header, payload), privateKey));

  it('answers the question that a verifier is asked', () => {
    const question = signatureQuestion(jws, payload);
    expect(question.header).toEqual(header);
    expect(verify(null, question.signingInput, publicKey, question.signature)).toBe(true);
    const other = signatureQuestion(jws, bytesOf('{"a":"2"}'));
    expect(verify(null, other.signingInput, publicKey, other.signature)).toBe(false);
  });

  it('the question about the signature of RFC 8037 lacks a key id and is refused', () => {
    expect(() => signatureQuestion(detach(RFC_8037.compact), RFC_8037.payload)).toThrow(refusal);
  });

  it('keeps the header that was signed, byte for byte', () => {
    expect(jws.startsWith(`${encodeHeader(header)}..`)).toBe(true);
    expect(protectedHeader(jws)).toEqual(header);
    expect(encodeHeader({ ...header, typ: 'JOSE' })).toBe(
      encodeBase64Url(bytesOf('{"alg":"EdDSA","kid":"settlement-1","typ":"JOSE"}')),
    );
  });
});

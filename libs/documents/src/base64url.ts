import { RoamgridError } from '@roamgrid/kernel';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64url without padding, RFC 4648 §5. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(start, start + 3);
    const group = (first << 16) | (second << 8) | third;
    const characters = Math.min(bytes.length - start, 3) + 1;
    for (let place = 0; place < characters; place += 1) {
      text += ALPHABET.charAt((group >> (18 - 6 * place)) & 63);
    }
  }
  return text;
}

/**
 * Reads base64url without padding, strictly: each byte string has one spelling, so that no second text of
 * a signature passes for the first.
 *
 * @throws RoamgridError `signature_invalid`
 */
export function decodeBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
    throw new RoamgridError('signature_invalid', 'not base64url');
  }
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let buffer = 0;
  let bits = 0;
  let written = 0;
  for (const character of text) {
    buffer = ((buffer << 6) | ALPHABET.indexOf(character)) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[written] = (buffer >> bits) & 0xff;
    written += 1;
  }
  if ((buffer & ((1 << bits) - 1)) !== 0) {
    throw new RoamgridError('signature_invalid', 'base64url with stray bits at its end');
  }
  return bytes;
}

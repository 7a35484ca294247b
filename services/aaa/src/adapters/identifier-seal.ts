import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { identity as identitySchema, type Identity } from '@roamgrid/contracts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Keeps an identifier readable for this service alone (AES-256-GCM): a station's list needs it in plain. */
export class IdentifierSeal {
  readonly #key: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'local-lists', KEY_BYTES));
  }

  close(identity: Identity): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const body = Buffer.concat([cipher.update(JSON.stringify(identity), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** @throws Error when the bytes were not sealed with this key */
  open(sealed: Buffer): Identity {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const body = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
    const text = Buffer.concat([body, decipher.final()]).toString('utf8');
    return identitySchema.parse(JSON.parse(text));
  }
}

import { identity as identitySchema, type Identity } from '@roamgrid/contracts';
import { Seal } from '@roamgrid/platform';

/** Keeps an identifier readable for this service alone: a station's list needs it in plain. */
export class IdentifierSeal {
  readonly #seal: Seal;

  constructor(secret: Uint8Array) {
    this.#seal = new Seal(secret, 'local-lists');
  }

  close(identity: Identity): Buffer {
    return this.#seal.close(JSON.stringify(identity));
  }

  /** @throws Error when the bytes were not sealed with this key */
  open(sealed: Buffer): Identity {
    return identitySchema.parse(JSON.parse(this.#seal.open(sealed)));
  }
}

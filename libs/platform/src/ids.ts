import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** Identifiers and randomness, as an argument: tests bring their own. */
export interface IdSource {
  /** UUIDv7, ordered by time */
  uuid(): string;
  /** 32 random bytes, lower-case hex */
  salt(): string;
  /** a secret of 128 bits, base64url */
  secret(): string;
}

export const systemIds: IdSource = {
  uuid: () => v7(),
  salt: () => randomBytes(32).toString('hex'),
  secret: () => randomBytes(16).toString('base64url'),
};

import { RoamgridError } from '@roamgrid/kernel';

const MOST_KEYS = 10_000;
const KEY = /^[\x21-\x7e]{1,200}$/;

/** Reads the header. @throws RoamgridError `malformed_request` */
export function readIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw new RoamgridError('malformed_request', 'Idempotency-Key has 1 to 200 visible characters');
  }
  return header;
}

/**
 * Which content a key stood for on a session's steps. Steps are idempotent by their content at the
 * utility, whatever happens here; this only tells a station that it used a key twice for two things.
 */
export class IdempotencyMemory {
  readonly #contents = new Map<string, string>();

  /** @throws RoamgridError `idempotency_conflict` */
  assertSame(stationId: string, key: string | null, content: string): void {
    if (key === null) return;
    const name = `${stationId} ${key}`;
    const known = this.#contents.get(name);
    if (known !== undefined && known !== content) {
      throw new RoamgridError(
        'idempotency_conflict',
        'this Idempotency-Key was used with another request',
      );
    }
    this.#contents.delete(name);
    this.#contents.set(name, content);
    const oldest = this.#contents.keys().next().value;
    if (this.#contents.size > MOST_KEYS && oldest !== undefined) this.#contents.delete(oldest);
  }
}

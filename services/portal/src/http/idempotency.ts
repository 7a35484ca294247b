import { isErrorCode, RoamgridError } from '@roamgrid/kernel';
import type { Log } from '@roamgrid/platform';
import type { AnswerStore, Claim } from '../ports.js';
import type { Outcome } from './outcome.js';

/** How long another process may work on a key before it counts as dead. */
const LEASE_MS = 120_000;
const KEY = /^[\x21-\x7e]{1,255}$/;

export interface KeyedRequest {
  readonly clientId: string;
  readonly key: string;
  readonly method: string;
  readonly url: string;
}

export interface IdempotencyOptions {
  readonly answers: AnswerStore;
  /** a keyed hash: bodies hold CINs and PINs, which a plain hash would give away */
  readonly hash: (text: string) => string;
  readonly now: () => number;
  readonly log: Log;
}

/** @throws RoamgridError `malformed_request` for a key that cannot be one */
export function keyOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw new RoamgridError('malformed_request', 'the idempotency key cannot be used', [
      { path: 'Idempotency-Key', message: '1 to 255 printable ASCII characters without spaces' },
    ]);
  }
  return header;
}

function conflict(): RoamgridError {
  return new RoamgridError('idempotency_conflict', 'the key was used for another request');
}

function replay(outcome: Outcome): object {
  if (outcome.ok) return outcome.body;
  throw new RoamgridError(
    isErrorCode(outcome.code) ? outcome.code : 'internal',
    outcome.detail,
    outcome.fields,
  );
}

/** A refusal that will stay one; what may go better the next time is not kept. */
function isFinal(error: unknown): error is RoamgridError {
  return error instanceof RoamgridError && error.status < 500 && error.next !== 'retrySame';
}

interface Running {
  readonly requestHash: string;
  readonly outcome: Promise<Outcome>;
}

/**
 * Same key and same body give the first answer again; same key and other body are refused. Keys
 * belong to their client. Two requests at once share one run.
 */
export class Idempotency {
  readonly #options: IdempotencyOptions;
  readonly #running = new Map<string, Running>();

  constructor(options: IdempotencyOptions) {
    this.#options = options;
  }

  async once(request: KeyedRequest, body: unknown, work: () => Promise<object>): Promise<object> {
    const requestHash = this.#options.hash(
      JSON.stringify([request.method, request.url, body ?? null]),
    );
    const name = `${request.clientId} ${request.key}`;
    const running = this.#running.get(name);
    if (running !== undefined) {
      if (running.requestHash !== requestHash) throw conflict();
      return replay(await running.outcome);
    }
    const outcome = this.#first(request, requestHash, work);
    this.#running.set(name, { requestHash, outcome });
    try {
      return replay(await outcome);
    } finally {
      this.#running.delete(name);
    }
  }

  async #first(
    request: KeyedRequest,
    requestHash: string,
    work: () => Promise<object>,
  ): Promise<Outcome> {
    const nowMs = this.#options.now();
    const claim: Claim = {
      clientId: request.clientId,
      key: request.key,
      route: `${request.method} ${request.url}`,
      requestHash,
      nowMs,
      leasedUntilMs: nowMs + LEASE_MS,
    };
    const kept = await this.#options.answers.claim(claim);
    if (kept === 'claimed') return this.#run(claim, work);
    if (kept.requestHash !== requestHash) throw conflict();
    if (kept.outcome === null) {
      throw new RoamgridError('state_conflict', 'the first request with this key still runs');
    }
    return kept.outcome;
  }

  async #run(claim: Claim, work: () => Promise<object>): Promise<Outcome> {
    try {
      const outcome: Outcome = { ok: true, body: await work() };
      await this.#keep(claim, outcome);
      return outcome;
    } catch (error) {
      if (!isFinal(error)) {
        await this.#options.answers.release(claim);
        throw error;
      }
      const { code, message, fields } = error;
      const outcome: Outcome = { ok: false, code, detail: message, fields };
      await this.#keep(claim, outcome);
      return outcome;
    }
  }

  /** What was done is done: the caller gets the answer even where it cannot be kept. */
  async #keep(claim: Claim, outcome: Outcome): Promise<void> {
    try {
      await this.#options.answers.complete(claim, outcome);
    } catch (error) {
      this.#options.log.error({ error: String(error) }, 'an answer could not be kept');
    }
  }
}

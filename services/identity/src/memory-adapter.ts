import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  readonly payload: AdapterPayload;
  readonly expiresAtMs: number;
}

/** How many writes pass between two sweeps of what has expired. */
const WRITES_PER_SWEEP = 500;

/**
 * What the authorization server remembers, until it expires: in practice the ids of client
 * assertions already used. It lives in this process, so a restart forgets them; an assertion is
 * refused again once it has expired by itself.
 */
export class ExpiringMemory {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  #writes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  set(key: string, payload: AdapterPayload, expiresInSeconds: number): void {
    this.#writes += 1;
    if (this.#writes % WRITES_PER_SWEEP === 0) this.#sweep();
    this.#entries.set(key, { payload, expiresAtMs: this.#now() + expiresInSeconds * 1000 });
  }

  get(key: string): AdapterPayload | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAtMs > this.#now()) return entry.payload;
    this.#entries.delete(key);
    return undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  deleteWhere(matches: (payload: AdapterPayload) => boolean): void {
    for (const [key, { payload }] of this.#entries) if (matches(payload)) this.#entries.delete(key);
  }

  find(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, { payload }] of this.#entries) {
      if (matches(payload)) return this.get(key);
    }
    return undefined;
  }

  #sweep(): void {
    const now = this.#now();
    for (const [key, { expiresAtMs }] of this.#entries) {
      if (expiresAtMs <= now) this.#entries.delete(key);
    }
  }
}

/** The provider's storage port for one kind of object, over an {@link ExpiringMemory}. */
export class MemoryAdapter implements Adapter {
  readonly #memory: ExpiringMemory;
  readonly #kind: string;
  readonly #now: () => number;

  constructor(memory: ExpiringMemory, kind: string, now: () => number) {
    this.#memory = memory;
    this.#kind = kind;
    this.#now = now;
  }

  upsert(id: string, payload: AdapterPayload, expiresInSeconds: number): Promise<void> {
    this.#memory.set(this.#key(id), { ...payload, kind: this.#kind }, expiresInSeconds);
    return Promise.resolve();
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.#memory.get(this.#key(id)));
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.#memory.find((payload) => payload.uid === uid));
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.#memory.find((payload) => payload.userCode === userCode));
  }

  consume(id: string): Promise<void> {
    const payload = this.#memory.get(this.#key(id));
    if (payload !== undefined) payload.consumed = Math.trunc(this.#now() / 1000);
    return Promise.resolve();
  }

  destroy(id: string): Promise<void> {
    this.#memory.delete(this.#key(id));
    return Promise.resolve();
  }

  revokeByGrantId(grantId: string): Promise<void> {
    this.#memory.deleteWhere((payload) => payload.grantId === grantId);
    return Promise.resolve();
  }

  #key(id: string): string {
    return `${this.#kind}:${id}`;
  }
}

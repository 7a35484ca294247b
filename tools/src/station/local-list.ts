import type { LosslessNumber } from 'lossless-json';

type Payload = Readonly<Record<string, unknown>>;

function numberOf(value: unknown): number {
  return Number((value as LosslessNumber).value);
}

/** A station's own list of who may charge, in either version of OCPP: kept while it is off-line. */
export class LocalList {
  #version = 0;
  readonly #entries = new Map<string, string>();

  get version(): number {
    return this.#version;
  }

  /** Whether the station may begin a charge for the identifier while nobody can be asked. */
  allows(identifier: string): boolean {
    return this.#entries.get(identifier) === 'Accepted';
  }

  /** The list is lost, as by a swapped controller. */
  clear(): void {
    this.#version = 0;
    this.#entries.clear();
  }

  /** @returns null where the call is about something else */
  answer(protocol: string, action: string, payload: Payload): Payload | null {
    if (action === 'SendLocalList') return { status: this.#take(payload) };
    if (action !== 'GetLocalListVersion') return null;
    return protocol === 'ocpp1.6'
      ? { listVersion: this.#version }
      : { versionNumber: this.#version };
  }

  #take(payload: Payload): string {
    const version = numberOf(payload['versionNumber'] ?? payload['listVersion']);
    const isFull = payload['updateType'] === 'Full';
    if (!isFull && version <= this.#version) return 'VersionMismatch';
    if (isFull) this.#entries.clear();
    for (const entry of (payload['localAuthorizationList'] ?? []) as Payload[]) {
      const token = entry['idToken'] as Payload | undefined;
      const identifier = String(token?.['idToken'] ?? entry['idTag']);
      const info = (entry['idTokenInfo'] ?? entry['idTagInfo']) as Payload | undefined;
      if (info === undefined) this.#entries.delete(identifier);
      else this.#entries.set(identifier, String(info['status']));
    }
    this.#version = version;
    return 'Accepted';
  }
}

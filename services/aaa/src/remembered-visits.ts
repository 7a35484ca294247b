import type { MandateWithTariff } from './ports.js';

const MOST_VISITS = 2_000;

/**
 * Copies of mandates that the visiting profiles answered with, by whom they answered for. Signed
 * documents never change, so that a copy saves reading one again; whether it may still be used is
 * for the profiles to say at every swipe.
 */
export class RememberedVisits {
  /** the one used last stands last */
  readonly #visits = new Map<string, MandateWithTariff>();

  get(key: string): MandateWithTariff | null {
    return this.#visits.get(key) ?? null;
  }

  keep(key: string, { mandate, agreedTariff }: MandateWithTariff): void {
    this.#visits.delete(key);
    this.#visits.set(key, { mandate, agreedTariff });
    if (this.#visits.size <= MOST_VISITS) return;
    const [oldest] = this.#visits.keys();
    if (oldest !== undefined) this.#visits.delete(oldest);
  }

  forget(key: string): void {
    this.#visits.delete(key);
  }
}

import type { RegistryDocument, RegistryEntry } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';

/** The consortium as a service knows it: a versioned document, cached. */
export class Registry {
  readonly #bySlug: ReadonlyMap<string, RegistryEntry>;
  readonly #byPrefix: ReadonlyMap<string, string>;
  readonly #byProvider: ReadonlyMap<string, string>;

  constructor(document: RegistryDocument) {
    this.#bySlug = new Map(document.utilities.map((entry) => [entry.utility, entry]));
    this.#byPrefix = new Map(
      document.utilities.flatMap((entry) =>
        entry.cinPrefixes.map((prefix): [string, string] => [prefix, entry.utility]),
      ),
    );
    this.#byProvider = new Map(
      document.utilities.flatMap((entry) =>
        entry.contractProviders.map((provider): [string, string] => [provider, entry.utility]),
      ),
    );
  }

  get utilities(): RegistryEntry[] {
    return [...this.#bySlug.values()];
  }

  /** @throws RoamgridError `not_found` */
  entry(utility: string): RegistryEntry {
    const entry = this.#bySlug.get(utility);
    if (entry === undefined) throw new RoamgridError('not_found', 'no such utility');
    return entry;
  }

  /** The home utility of a CIN, by its first ten digits; null where nobody has that prefix. */
  utilityOfCinPrefix(prefix: string): string | null {
    return this.#byPrefix.get(prefix) ?? null;
  }

  /** The home utility of a contract id, by country and provider (`USALA`). */
  utilityOfContractProvider(provider: string): string | null {
    return this.#byProvider.get(provider) ?? null;
  }
}

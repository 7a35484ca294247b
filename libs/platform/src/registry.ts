import type { RegistryDocument, RegistryEntry } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';

/** Whoever does something for each member of the consortium, and has to do it for a new one too. */
export type RegistryListener = () => Promise<void>;

/** One version of the registry, ready to be asked. */
class Snapshot {
  readonly version: number;
  readonly bySlug: ReadonlyMap<string, RegistryEntry>;
  readonly byPrefix: ReadonlyMap<string, string>;
  readonly byProvider: ReadonlyMap<string, string>;

  constructor(document: RegistryDocument) {
    const { utilities } = document;
    const pairs = (namesOf: (entry: RegistryEntry) => readonly string[]): Map<string, string> =>
      new Map(
        utilities.flatMap((entry) =>
          namesOf(entry).map((name): [string, string] => [name, entry.utility]),
        ),
      );
    this.version = document.version;
    this.bySlug = new Map(utilities.map((entry) => [entry.utility, entry]));
    this.byPrefix = pairs(({ cinPrefixes }) => cinPrefixes);
    this.byProvider = pairs(({ contractProviders }) => contractProviders);
  }
}

/**
 * The consortium as a service knows it: a versioned document, cached. A later version takes the place of the
 * one before while the service runs, so that who asks is told of a new member without a restart.
 */
export class Registry {
  #snapshot: Snapshot;
  readonly #listeners: RegistryListener[] = [];

  constructor(document: RegistryDocument) {
    this.#snapshot = new Snapshot(document);
  }

  get version(): number {
    return this.#snapshot.version;
  }

  get utilities(): RegistryEntry[] {
    return [...this.#snapshot.bySlug.values()];
  }

  /** @throws RoamgridError `not_found` */
  entry(utility: string): RegistryEntry {
    const entry = this.#snapshot.bySlug.get(utility);
    if (entry === undefined) throw new RoamgridError('not_found', 'no such utility');
    return entry;
  }

  /** The home utility of a CIN, by its first ten digits; null where nobody has that prefix. */
  utilityOfCinPrefix(prefix: string): string | null {
    return this.#snapshot.byPrefix.get(prefix) ?? null;
  }

  /** The home utility of a contract id, by country and provider (`USALA`). */
  utilityOfContractProvider(provider: string): string | null {
    return this.#snapshot.byProvider.get(provider) ?? null;
  }

  /** Called after each new version; who listens works until the service ends. */
  onChange(listener: RegistryListener): void {
    this.#listeners.push(listener);
  }

  /** Takes a later version; resolves when all who listen are done. An older one changes nothing. */
  async replace(document: RegistryDocument): Promise<void> {
    if (document.version <= this.#snapshot.version) return;
    this.#snapshot = new Snapshot(document);
    for (const listener of this.#listeners) await listener();
  }
}

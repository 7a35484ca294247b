import {
  dropLabelled,
  provisionDatabase,
  removeLabel,
  roleOf,
  serviceUrl,
} from '@roamgrid/persistence';
import { keyedHash } from '@roamgrid/platform';

export const UTILITY_SCHEMAS = ['aaa', 'profiles', 'crp', 'settlement', 'portal'] as const;
const LEDGER_DATABASE = 'rg_ledger';
const IDENTITY_DATABASE = 'rg_identity';

export interface DatabasesOptions {
  /** of a server where databases may be created */
  readonly adminUrl: string;
  /** key from which each role's password follows */
  readonly secret: Uint8Array;
}

/** `rg_duke_energy`: each utility has a database of its own. */
export function databaseOf(utility: string): string {
  return `rg_${utility.replaceAll('-', '_')}`;
}

/** The databases of this consortium, each behind roles that see one schema only. */
export class Databases {
  readonly #options: DatabasesOptions;

  constructor(options: DatabasesOptions) {
    this.#options = options;
  }

  /** @param label put on the databases that are made now */
  async provision(utilities: readonly string[], label?: string): Promise<void> {
    for (const utility of utilities) await this.provisionUtility(utility, label);
    await this.#provision(LEDGER_DATABASE, ['ledger'], label);
    await this.#provision(IDENTITY_DATABASE, ['identity'], label);
  }

  /** One utility's own database, with a role for each of its services. */
  provisionUtility(utility: string, label?: string): Promise<void> {
    return this.#provision(databaseOf(utility), UTILITY_SCHEMAS, label);
  }

  /** Drops what was made under a label, and nothing else. */
  /** Databases that were made under a label stand for themselves. */
  async keep(label: string): Promise<void> {
    await removeLabel(this.#options.adminUrl, label);
  }

  async drop(label: string): Promise<void> {
    await dropLabelled(this.#options.adminUrl, label);
  }

  urlOf(utility: string, service: string): string {
    return this.#url(databaseOf(utility), service);
  }

  ledgerUrl(): string {
    return this.#url(LEDGER_DATABASE, 'ledger');
  }

  identityUrl(): string {
    return this.#url(IDENTITY_DATABASE, 'identity');
  }

  #provision(database: string, schemas: readonly string[], label?: string): Promise<void> {
    return provisionDatabase(this.#options.adminUrl, {
      database,
      schemas,
      label,
      passwordOf: (role) => this.#passwordOf(role),
    });
  }

  #url(database: string, schema: string): string {
    const password = this.#passwordOf(roleOf(database, schema));
    return serviceUrl(this.#options.adminUrl, { database, schema, password });
  }

  #passwordOf(role: string): string {
    return keyedHash(this.#options.secret, role);
  }
}

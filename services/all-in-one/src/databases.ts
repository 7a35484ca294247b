import { provisionDatabase, roleOf, serviceUrl } from '@roamgrid/persistence';
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

  async provision(utilities: readonly string[]): Promise<void> {
    for (const utility of utilities) await this.provisionUtility(utility);
    await this.#provision(LEDGER_DATABASE, ['ledger']);
    await this.#provision(IDENTITY_DATABASE, ['identity']);
  }

  /** One utility's own database, with a role for each of its services. */
  provisionUtility(utility: string): Promise<void> {
    return this.#provision(databaseOf(utility), UTILITY_SCHEMAS);
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

  #provision(database: string, schemas: readonly string[]): Promise<void> {
    return provisionDatabase(this.#options.adminUrl, {
      database,
      schemas,
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

import { createHash } from 'node:crypto';
import type { Database } from '@roamgrid/persistence';
import type { CustomerBillingFeed, FeedEntry, FeedOutcome } from '../feed/ports.js';

const REFERENCE_DIGITS = 12;

/**
 * A stand-in for a utility's customer billing: nobody gets a bill from it. It keeps every entry once under its
 * key and refuses another document under a key that it knows.
 */
export class SandboxCustomerBilling implements CustomerBillingFeed {
  readonly name = 'sandbox-customer-billing';
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async deliver({ key, signed }: FeedEntry): Promise<FeedOutcome> {
    const digest = createHash('sha256').update(key).digest('hex').slice(0, REFERENCE_DIGITS);
    await this.#database.query(
      `INSERT INTO sandbox_customer_billing (entry_key, document_hash, reference)
       VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [key, signed.documentHash, `SANDBOX-${digest.toUpperCase()}`],
    );
    const [kept] = await this.#database.query<{ document_hash: string; reference: string }>(
      'SELECT document_hash, reference FROM sandbox_customer_billing WHERE entry_key = $1',
      [key],
    );
    return kept?.document_hash === signed.documentHash
      ? { outcome: 'acknowledged', reference: kept.reference }
      : { outcome: 'refused', reason: 'another document has this key' };
  }
}

import type { Identity } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { isUniqueViolation, json, type Database, type Transaction } from '@roamgrid/persistence';
import type { IdSource } from '@roamgrid/platform';
import type { ContractNow } from '../contract-ports.js';
import { projectConsumer, projectContract } from '../projections.js';
import type {
  Consumer,
  ConsumerChange,
  ConsumerStore,
  FoundConsumer,
  NewConsumer,
} from '../ports.js';
import { consumerFromRow, type ConsumerRow } from './consumer-rows.js';
import { addEndWithin, addVersionWithin, readLatest, readView, viewOf } from './contract-rows.js';
import { identityKey } from './identity-keys.js';
import { insertCredential, reviseCredentials } from './postgres-credentials.js';
import { activeWithin, revokeWithin } from './postgres-issued-mandates.js';

interface PseudonymRow {
  readonly consumer_id: string;
  readonly pseudonym: string;
}

function contractColumns({ driverContract: contract }: Consumer): unknown[] {
  return [contract?.driverContractId ?? null, contract?.version ?? null, contract?.hash ?? null];
}

export class PostgresConsumers implements ConsumerStore {
  readonly #database: Database;
  readonly #secret: Uint8Array;
  readonly #ids: IdSource;
  readonly #utility: string;

  constructor(options: { database: Database; secret: Uint8Array; ids: IdSource; utility: string }) {
    this.#database = options.database;
    this.#secret = options.secret;
    this.#ids = options.ids;
    this.#utility = options.utility;
  }

  async find(identity: Identity): Promise<FoundConsumer | null> {
    const [row] = await this.#database.query<ConsumerRow & { credential_state: string }>(
      'SELECT c.*, k.state AS credential_state FROM credentials k JOIN consumers c USING (consumer_id) WHERE k.value_key = $1',
      [identityKey(this.#secret, identity)],
    );
    if (row === undefined) return null;
    return { ...consumerFromRow(row), isCredentialBlocked: row.credential_state === 'blocked' };
  }

  async read(consumerId: string): Promise<Consumer | null> {
    const [row] = await this.#database.query<ConsumerRow>(
      'SELECT * FROM consumers WHERE consumer_id = $1',
      [consumerId],
    );
    return row === undefined ? null : consumerFromRow(row);
  }

  async add(consumer: NewConsumer): Promise<void> {
    try {
      await this.#database.transaction((tx) => this.#insert(tx, consumer));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new RoamgridError('state_conflict', 'a consumer with this identity exists already');
    }
  }

  async #insert(tx: Transaction, consumer: NewConsumer): Promise<void> {
    await tx.query(
      `INSERT INTO consumers (consumer_id, cin_masked, state, settings, pin_hash, contract_id,
         card_uid_count, created_at, driver_contract_id, driver_contract_version,
         driver_contract_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        consumer.consumerId,
        consumer.cinMasked,
        consumer.state,
        json(consumer.settings),
        consumer.pinHash,
        consumer.contractId,
        consumer.cardUids,
        consumer.createdAt,
        ...contractColumns(consumer),
      ],
    );
    for (const identity of consumer.identities) {
      await insertCredential(tx, this.#secret, consumer.consumerId, identity);
    }
    addVersionWithin(tx, consumer.version);
    await projectContract(tx, this.#utility, viewOf({ newest: consumer.version, end: null }, []));
    await projectConsumer(tx, this.#utility, consumer);
  }

  async change(
    consumerId: string,
    decide: (now: Consumer, contract: ContractNow | null) => Promise<ConsumerChange>,
  ): Promise<Consumer> {
    return this.#database.transaction(async (tx) => {
      // while the row is locked no mandate is issued and nobody else changes the contract
      const [row] = await tx.query<ConsumerRow>(
        'SELECT * FROM consumers WHERE consumer_id = $1 FOR UPDATE',
        [consumerId],
      );
      if (row === undefined) throw new RoamgridError('not_found', 'no such consumer');
      const change = await decide(consumerFromRow(row), await readLatest(tx, consumerId));
      const { consumer, revoke } = change;
      await tx.query(
        `UPDATE consumers SET state = $2, settings = $3, driver_contract_id = $4,
           driver_contract_version = $5, driver_contract_hash = $6 WHERE consumer_id = $1`,
        [consumerId, consumer.state, json(consumer.settings), ...contractColumns(consumer)],
      );
      if (revoke !== null) {
        for (const mandate of await activeWithin(tx, consumerId)) {
          await revokeWithin(tx, this.#utility, revoke(mandate));
        }
      }
      await this.#keepContract(tx, change);
      await reviseCredentials(tx, consumerId);
      await projectConsumer(tx, this.#utility, consumer);
      return consumer;
    });
  }

  async #keepContract(tx: Transaction, { consumer, version, end }: ConsumerChange): Promise<void> {
    if (version === null && end === null) return;
    if (version !== null) addVersionWithin(tx, version);
    if (end !== null) addEndWithin(tx, end);
    const now = await readLatest(tx, consumer.consumerId);
    if (now === null) return;
    await projectContract(tx, this.#utility, await readView(tx, now));
  }

  async pseudonymFor(consumerId: string, visitedUtility: string): Promise<string> {
    const pseudonyms = await this.pseudonymsFor([consumerId], visitedUtility);
    const pseudonym = pseudonyms.get(consumerId);
    if (pseudonym === undefined) throw new RoamgridError('internal', 'a pseudonym was not kept');
    return pseudonym;
  }

  async pseudonymsFor(
    consumerIds: readonly string[],
    visitedUtility: string,
  ): Promise<Map<string, string>> {
    const known = await this.#database.query<PseudonymRow>(
      'SELECT consumer_id, pseudonym FROM pseudonyms WHERE consumer_id = ANY($1) AND visited_utility = $2',
      [consumerIds, visitedUtility],
    );
    const pseudonyms = new Map(known.map((row) => [row.consumer_id, row.pseudonym]));
    // in one order everywhere, so that two who make them at once do not wait for each other
    const missing = consumerIds.filter((consumerId) => !pseudonyms.has(consumerId)).sort();
    if (missing.length === 0) return pseudonyms;
    const made = await this.#database.query<PseudonymRow>(
      `INSERT INTO pseudonyms (pseudonym, consumer_id, visited_utility)
       SELECT pseudonym, consumer_id, $3
         FROM unnest($1::text[], $2::text[]) AS made (pseudonym, consumer_id)
       ON CONFLICT (consumer_id, visited_utility) DO UPDATE SET consumer_id = EXCLUDED.consumer_id
       RETURNING consumer_id, pseudonym`,
      [missing.map(() => `ps-${this.#ids.secret()}`), missing, visitedUtility],
    );
    for (const row of made) pseudonyms.set(row.consumer_id, row.pseudonym);
    return pseudonyms;
  }

  async byPseudonym(pseudonym: string, visitedUtility: string): Promise<Consumer | null> {
    const [row] = await this.#database.query<ConsumerRow>(
      `SELECT c.* FROM pseudonyms p JOIN consumers c USING (consumer_id)
       WHERE p.pseudonym = $1 AND p.visited_utility = $2`,
      [pseudonym, visitedUtility],
    );
    return row === undefined ? null : consumerFromRow(row);
  }
}

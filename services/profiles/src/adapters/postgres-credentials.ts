import {
  receiveDirectory,
  subjectOf,
  type CardView,
  type ConsumerView,
  type DirectoryPage,
  type Identity,
  type SignedDirectoryEntry,
  type SignedDirectoryState,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { isUniqueViolation, json, type Database, type Transaction } from '@roamgrid/persistence';
import { Seal } from '@roamgrid/platform';
import type {
  CredentialStore,
  DirectorySigning,
  UnpublishedCredential,
} from '../directory-ports.js';
import { projectConsumer } from '../projections.js';
import { consumerFromRow, type ConsumerRow } from './consumer-rows.js';
import { identityKey } from './identity-keys.js';
import { directoryKey, tokenHash } from './token-hash.js';

interface CardRow {
  credential_id: string;
  label: CardView['kind'];
  masked: string;
  state: CardView['state'];
}

const cardFromRow = (row: CardRow): CardView => ({
  cardId: row.credential_id,
  kind: row.label,
  masked: row.masked,
  state: row.state,
});

/** Keeps a credential's number readable for this service alone: a new partner needs its hash. */
const credentialSeal = (secret: Uint8Array): Seal => new Seal(secret, 'credentials');

/** A credential's own columns: its keyed hash to be found by, its number sealed. */
export async function insertCredential(
  tx: Transaction,
  secret: Uint8Array,
  consumerId: string,
  identity: Identity,
  label: CardView['kind'] = 'card',
): Promise<CardRow> {
  const [row] = await tx.query<CardRow>(
    `INSERT INTO credentials (value_key, kind, consumer_id, sealed, masked, label)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING credential_id, label, masked, state`,
    [
      identityKey(secret, identity),
      identity.kind,
      consumerId,
      credentialSeal(secret).close(identity.value),
      `•••${identity.value.slice(-2)}`,
      label,
    ],
  );
  if (row === undefined) throw new RoamgridError('internal', 'a credential was not kept');
  return row;
}

/** The consumer's plan or class changed: what partners know of each credential is out of date. */
export async function reviseCredentials(tx: Transaction, consumerId: string): Promise<void> {
  await tx.query(
    `UPDATE credentials SET revision = nextval('credential_revisions') WHERE consumer_id = $1`,
    [consumerId],
  );
}

async function lockDirectory(tx: Transaction, visitedUtility: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`directory:${visitedUtility}`]);
}

/** 0 where nothing was published yet */
async function lastNumber(tx: Transaction, visitedUtility: string): Promise<number> {
  const [last] = await tx.query<{ number: number | null }>(
    'SELECT max(number) AS number FROM directory_issued WHERE visited_utility = $1',
    [visitedUtility],
  );
  return last?.number ?? 0;
}

export class PostgresCredentials implements CredentialStore {
  readonly #database: Database;
  readonly #secret: Uint8Array;
  readonly #utility: string;

  constructor(database: Database, secret: Uint8Array, utility: string) {
    this.#database = database;
    this.#secret = secret;
    this.#utility = utility;
  }

  async cardsOf(consumerId: string): Promise<CardView[]> {
    const rows = await this.#database.query<CardRow>(
      `SELECT credential_id, label, masked, state FROM credentials
       WHERE consumer_id = $1 AND kind = 'uid' ORDER BY revision, credential_id`,
      [consumerId],
    );
    return rows.map(cardFromRow);
  }

  async findCard(number: string): Promise<{ consumerId: string; card: CardView } | null> {
    const [row] = await this.#database.query<CardRow & { consumer_id: string }>(
      `SELECT consumer_id, credential_id, label, masked, state FROM credentials
       WHERE value_key = $1`,
      [identityKey(this.#secret, { kind: 'uid', value: number })],
    );
    return row === undefined ? null : { consumerId: row.consumer_id, card: cardFromRow(row) };
  }

  async addCard(consumerId: string, kind: CardView['kind'], number: string): Promise<CardView> {
    try {
      return await this.#database.transaction(async (tx) => {
        const identity = { kind: 'uid' as const, value: number };
        const row = await insertCredential(tx, this.#secret, consumerId, identity, kind);
        const [consumer] = await tx.query<ConsumerRow>(
          `UPDATE consumers SET card_uid_count = card_uid_count + 1 WHERE consumer_id = $1
           RETURNING *`,
          [consumerId],
        );
        if (consumer !== undefined) {
          await projectConsumer(tx, this.#utility, consumerFromRow(consumer));
        }
        return cardFromRow(row);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new RoamgridError('state_conflict', 'a card with this number exists already');
    }
  }

  async changeCard(
    consumerId: string,
    cardId: string,
    state: CardView['state'],
  ): Promise<CardView | null> {
    const [row] = await this.#database.query<CardRow>(
      `UPDATE credentials SET state = $3, revision = CASE WHEN state = $3 THEN revision
           ELSE nextval('credential_revisions') END
        WHERE consumer_id = $1 AND credential_id = $2 AND kind = 'uid'
        RETURNING credential_id, label, masked, state`,
      [consumerId, cardId, state],
    );
    return row === undefined ? null : cardFromRow(row);
  }

  async lastRevision(): Promise<bigint> {
    const [row] = await this.#database.query<{ last: bigint }>(
      'SELECT last_value AS last FROM credential_revisions',
    );
    return row?.last ?? 0n;
  }

  async unpublished(
    visitedUtility: string,
    offlineRule: string,
    after: bigint,
    limit: number,
  ): Promise<UnpublishedCredential[]> {
    const rows = await this.#database.query<{
      credential_id: string;
      revision: bigint;
      consumer_id: string;
      kind: Identity['kind'];
      sealed: Buffer;
      state: 'active' | 'blocked';
      settings: ConsumerView['settings'];
      is_active: boolean;
    }>(
      `SELECT c.credential_id, c.revision, c.consumer_id, c.kind, c.sealed, c.state, h.settings,
              h.state = 'active' AND (h.driver_contract_id IS NULL OR h.driver_contract_hash IS NOT NULL)
                AS is_active
         FROM credentials c JOIN consumers h USING (consumer_id)
         LEFT JOIN directory_published p
           ON p.credential_id = c.credential_id AND p.visited_utility = $1
        WHERE c.sealed IS NOT NULL AND c.revision > $4 AND (p.revision IS DISTINCT FROM c.revision
          OR p.offline_rule <> $3)
        ORDER BY c.revision LIMIT $2`,
      [visitedUtility, limit, offlineRule, after],
    );
    const seal = credentialSeal(this.#secret);
    const key = directoryKey(this.#secret, visitedUtility);
    return rows.map(({ credential_id, consumer_id, sealed, settings, kind, ...row }) => ({
      revision: row.revision,
      state: row.state,
      kind,
      credentialId: credential_id,
      consumerId: consumer_id,
      tokenHash: tokenHash(key, { kind, value: seal.open(sealed) }),
      customerClass: settings.customerClass,
      planId: settings.planId,
      tier: settings.tier,
      isConsumerActive: row.is_active,
      settings,
    }));
  }

  async publish(
    visitedUtility: string,
    offlineRule: string,
    credentials: readonly UnpublishedCredential[],
    sign: DirectorySigning,
  ): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await lockDirectory(tx, visitedUtility);
      let number = await lastNumber(tx, visitedUtility);
      const entries: SignedDirectoryEntry[] = [];
      const changed = await stillUnpublished(tx, visitedUtility, offlineRule, credentials);
      if (changed.length === 0) return;
      for (const credential of changed) {
        number += 1;
        entries.push(await sign.entry(credential, number));
      }
      noteIssued(tx, visitedUtility, entries);
      notePublished(tx, visitedUtility, offlineRule, changed);
      await tx.enqueue({
        to: visitedUtility,
        subject: subjectOf(receiveDirectory),
        key: `directory:${this.#utility}`,
        payload: this.#page(visitedUtility, entries, await sign.state(number)),
      });
    });
  }

  async publishedAfter(
    visitedUtility: string,
    number: number,
    limit: number,
    sign: DirectorySigning['state'],
  ): Promise<DirectoryPage> {
    return this.#database.transaction(async (tx) => {
      // nobody publishes meanwhile: what home vouches for is all that there is
      await lockDirectory(tx, visitedUtility);
      const rows = await tx.query<{ signed: SignedDirectoryEntry }>(
        `SELECT signed FROM directory_issued WHERE visited_utility = $1 AND number > $2
         ORDER BY number LIMIT $3`,
        [visitedUtility, number, limit],
      );
      const entries = rows.map((row) => row.signed);
      const state = await sign(await lastNumber(tx, visitedUtility));
      return this.#page(visitedUtility, entries, state);
    });
  }

  async entryEndedAt(
    visitedUtility: string,
    { tokenHash: hash, number }: { readonly tokenHash: string; readonly number: number },
  ): Promise<string | null> {
    const [row] = await this.#database.query<{ issued_at: string }>(
      `SELECT signed #>> '{document,issuedAt}' AS issued_at FROM directory_issued
        WHERE visited_utility = $1 AND signed #>> '{document,tokenHash}' = $2 AND number > $3
          AND (signed #>> '{document,state}' = 'blocked' OR signed #> '{document,offline}' IS NULL)
        ORDER BY number LIMIT 1`,
      [visitedUtility, hash, number],
    );
    return row?.issued_at ?? null;
  }

  #page(
    visitedUtility: string,
    entries: SignedDirectoryEntry[],
    state: SignedDirectoryState,
  ): DirectoryPage {
    const key = directoryKey(this.#secret, visitedUtility);
    return { homeUtility: this.#utility, key, entries, state };
  }
}

/** What another process has published since it was read needs no second entry. */
async function stillUnpublished(
  tx: Transaction,
  visitedUtility: string,
  offlineRule: string,
  credentials: readonly UnpublishedCredential[],
): Promise<UnpublishedCredential[]> {
  const published = await tx.query<{ credential_id: string; revision: bigint }>(
    `SELECT credential_id, revision FROM directory_published
      WHERE visited_utility = $1 AND offline_rule = $2 AND credential_id = ANY($3)`,
    [visitedUtility, offlineRule, credentials.map(({ credentialId }) => credentialId)],
  );
  const revisions = new Map(published.map((row) => [row.credential_id, row.revision]));
  return credentials.filter(
    ({ credentialId, revision }) => (revisions.get(credentialId) ?? -1n) < revision,
  );
}

function noteIssued(
  tx: Transaction,
  visitedUtility: string,
  entries: readonly SignedDirectoryEntry[],
): void {
  tx.write(
    `INSERT INTO directory_issued (visited_utility, number, signed)
     SELECT $1, number, signed::jsonb FROM unnest($2::integer[], $3::text[]) AS entry (number, signed)`,
    [
      visitedUtility,
      entries.map(({ document }) => document.number),
      entries.map((entry) => json(entry).toPostgres()),
    ],
  );
}

function notePublished(
  tx: Transaction,
  visitedUtility: string,
  offlineRule: string,
  credentials: readonly UnpublishedCredential[],
): void {
  tx.write(
    `INSERT INTO directory_published (visited_utility, offline_rule, credential_id, revision)
     SELECT $1, $2, credential_id, revision
       FROM unnest($3::text[], $4::bigint[]) AS published (credential_id, revision)
     ON CONFLICT (visited_utility, credential_id) DO UPDATE
       SET revision = EXCLUDED.revision, offline_rule = EXCLUDED.offline_rule`,
    [
      visitedUtility,
      offlineRule,
      credentials.map(({ credentialId }) => credentialId),
      credentials.map(({ revision }) => revision),
    ],
  );
}

import {
  receiveRevocation,
  releaseCredit,
  subjectOf,
  type SignedMandate,
} from '@roamgrid/contracts';
import { isUniqueViolation, json, type Database, type Transaction } from '@roamgrid/persistence';
import { projectMandate } from '../projections.js';
import type {
  AddOutcome,
  IssuedMandate,
  IssuedMandateStore,
  OpenCaps,
  Reuse,
  RevocationDraft,
} from '../ports.js';

/** Ends a mandate, numbers its revocation without a gap and sends it to the visited utility. */
export async function revokeWithin(
  tx: Transaction,
  utility: string,
  draft: RevocationDraft,
): Promise<void> {
  const { mandateId, visitedUtility } = draft.mandate.document;
  const ended = await tx.query(
    `UPDATE mandates_issued SET state = 'revoked' WHERE mandate_id = $1 AND state = 'active'
     RETURNING mandate_id`,
    [mandateId],
  );
  if (ended.length === 0) return;
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`revocations:${visitedUtility}`]);
  const [last] = await tx.query<{ number: number | null }>(
    'SELECT max(number) AS number FROM revocations_issued WHERE visited_utility = $1',
    [visitedUtility],
  );
  const number = (last?.number ?? 0) + 1;
  const signed = await draft.sign(number);
  await tx.query(
    `INSERT INTO revocations_issued (visited_utility, number, mandate_id, signed)
     VALUES ($1, $2, $3, $4)`,
    [visitedUtility, number, mandateId, json(signed)],
  );
  await tx.enqueue({
    to: visitedUtility,
    subject: subjectOf(receiveRevocation),
    key: `revocations:${utility}`,
    payload: signed,
  });
  if (visitedUtility !== utility) {
    await projectMandate(tx, utility, 'home', draft.mandate, 'revoked');
  }
}

/** A consumer's open mandates, by utility, so that two blocks at once lock their numbers in one order. */
export async function activeWithin(tx: Transaction, consumerId: string): Promise<SignedMandate[]> {
  const rows = await tx.query<{ signed: SignedMandate }>(
    `SELECT signed FROM mandates_issued WHERE consumer_id = $1 AND state = 'active'
     ORDER BY visited_utility, mandate_id`,
    [consumerId],
  );
  return rows.map((row) => row.signed);
}

export class PostgresIssuedMandates implements IssuedMandateStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async bySession(sessionId: string): Promise<SignedMandate | null> {
    const [row] = await this.#database.query<{ signed: SignedMandate }>(
      'SELECT signed FROM mandates_issued WHERE session_id = $1',
      [sessionId],
    );
    return row?.signed ?? null;
  }

  reusable(
    consumerId: string,
    visitedUtility: string,
    agreedTariffHash: string,
    untilMs: number,
  ): Promise<SignedMandate[]> {
    return this.#database.transaction((tx) =>
      reusableWithin(tx, { consumerId, visitedUtility, agreedTariffHash }, untilMs),
    );
  }

  openCaps(consumerId: string, nowMs: number): Promise<OpenCaps> {
    return this.#database.transaction((tx) => openCapsWithin(tx, consumerId, nowMs));
  }

  async add(
    mandate: IssuedMandate,
    limits: OpenCaps,
    nowMs: number,
    reuse: Reuse | null,
  ): Promise<AddOutcome> {
    try {
      return await this.#database.transaction((tx) =>
        this.#addWithin(tx, mandate, limits, nowMs, reuse),
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return 'known';
    }
  }

  async #addWithin(
    tx: Transaction,
    mandate: IssuedMandate,
    limits: OpenCaps,
    nowMs: number,
    reuse: Reuse | null,
  ): Promise<AddOutcome> {
    const [consumer] = await tx.query<{ state: string }>(
      'SELECT state FROM consumers WHERE consumer_id = $1 FOR UPDATE',
      [mandate.consumerId],
    );
    if (consumer?.state !== 'active') return 'blocked';
    const known = await tx.query('SELECT 1 FROM mandates_issued WHERE session_id = $1', [
      mandate.sessionId,
    ]);
    if (known.length > 0) return 'known';
    if (reuse !== null) {
      const candidates = await reusableWithin(tx, mandate, reuse.untilMs);
      if (candidates.some(reuse.isEqual)) return 'equal';
    }
    const open = await openCapsWithin(tx, mandate.consumerId, nowMs);
    const fits =
      open.energyMilliWh + mandate.energyCapMilliWh <= limits.energyMilliWh &&
      open.homeMinor + mandate.homeCapMinor <= limits.homeMinor;
    if (!fits) return 'exceeds';
    await this.#insert(tx, mandate);
    return 'kept';
  }

  async giveBackCredit(sessionId: string): Promise<void> {
    await this.#database.transaction((tx) =>
      tx.enqueue({
        to: this.#utility,
        subject: subjectOf(releaseCredit),
        key: `credit:${sessionId}`,
        payload: { sessionId },
      }),
    );
  }

  async #insert(tx: Transaction, mandate: IssuedMandate): Promise<void> {
    await tx.query(
      `INSERT INTO mandates_issued (mandate_id, consumer_id, visited_utility, agreed_tariff_hash,
         session_id, single_session, energy_cap_milli_wh, home_cap_minor, state, not_after, signed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10)`,
      [
        mandate.mandateId,
        mandate.consumerId,
        mandate.visitedUtility,
        mandate.agreedTariffHash,
        mandate.sessionId,
        mandate.singleSession,
        mandate.energyCapMilliWh,
        mandate.homeCapMinor,
        mandate.signed.document.notAfter,
        json(mandate.signed),
      ],
    );
    if (mandate.visitedUtility !== this.#utility) {
      await projectMandate(tx, this.#utility, 'home', mandate.signed, 'active');
    }
  }

  async read(mandateId: string): Promise<{ signed: SignedMandate; state: string } | null> {
    const [row] = await this.#database.query<{ signed: SignedMandate; state: string }>(
      'SELECT signed, state FROM mandates_issued WHERE mandate_id = $1',
      [mandateId],
    );
    return row ?? null;
  }

  async revoke(draft: RevocationDraft): Promise<void> {
    await this.#database.transaction((tx) => revokeWithin(tx, this.#utility, draft));
  }

  async markUsedUp(mandateId: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{ signed: SignedMandate }>(
        `UPDATE mandates_issued SET state = 'used_up' WHERE mandate_id = $1 AND state = 'active'
         RETURNING signed`,
        [mandateId],
      );
      if (row === undefined || row.signed.document.visitedUtility === this.#utility) return;
      await projectMandate(tx, this.#utility, 'home', row.signed, 'used_up');
    });
  }
}

async function reusableWithin(
  tx: Transaction,
  of: Pick<IssuedMandate, 'consumerId' | 'visitedUtility' | 'agreedTariffHash'>,
  untilMs: number,
): Promise<SignedMandate[]> {
  const rows = await tx.query<{ signed: SignedMandate }>(
    `SELECT signed FROM mandates_issued
     WHERE consumer_id = $1 AND visited_utility = $2 AND agreed_tariff_hash = $3
       AND state = 'active' AND NOT single_session AND not_after >= $4
     ORDER BY not_after DESC`,
    [of.consumerId, of.visitedUtility, of.agreedTariffHash, new Date(untilMs)],
  );
  return rows.map((row) => row.signed);
}

async function openCapsWithin(
  tx: Transaction,
  consumerId: string,
  nowMs: number,
): Promise<OpenCaps> {
  const [row] = await tx.query<{ energy: bigint; money: bigint }>(
    `SELECT COALESCE(sum(energy_cap_milli_wh), 0)::bigint AS energy,
            COALESCE(sum(home_cap_minor), 0)::bigint AS money
     FROM mandates_issued WHERE consumer_id = $1 AND state = 'active' AND not_after > $2`,
    [consumerId, new Date(nowMs)],
  );
  return { energyMilliWh: row?.energy ?? 0n, homeMinor: row?.money ?? 0n };
}

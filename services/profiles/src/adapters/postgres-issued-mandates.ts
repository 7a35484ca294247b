import {
  receiveRevocation,
  releaseCredit,
  subjectOf,
  type SignedMandate,
  type SignedRevocation,
} from '@roamgrid/contracts';
import { isUniqueViolation, json, type Database, type Transaction } from '@roamgrid/persistence';
import { projectMandate } from '../projections.js';
import { keepHeard, openCapsWithin, showHeardEnd } from './open-caps.js';
import type {
  AddOutcome,
  IssuedMandate,
  IssuedMandateStore,
  OpenCaps,
  OpenMandate,
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
    `UPDATE mandates_issued SET state = 'revoked', revoked_at = $2
      WHERE mandate_id = $1 AND state = 'active' RETURNING mandate_id`,
    [mandateId, new Date(draft.atMs)],
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
      `SELECT signed FROM mandates_issued WHERE session_id = $1 AND state = 'active'`,
      [sessionId],
    );
    return row?.signed ?? null;
  }

  async openForOneSession(consumerId: string, nowMs: number): Promise<OpenMandate[]> {
    const rows = await this.#database.query<{
      signed: SignedMandate;
      energy_cap_milli_wh: bigint;
      home_cap_minor: bigint;
    }>(
      `SELECT signed, energy_cap_milli_wh, home_cap_minor FROM mandates_issued
       WHERE consumer_id = $1 AND state = 'active' AND single_session AND not_after > $2
       ORDER BY not_after DESC, mandate_id`,
      [consumerId, new Date(nowMs)],
    );
    return rows.map((row) => ({
      signed: row.signed,
      energyCapMilliWh: row.energy_cap_milli_wh,
      homeCapMinor: row.home_cap_minor,
    }));
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
    const [consumer] = await tx.query<{ state: string; driver_contract_hash: string | null }>(
      'SELECT state, driver_contract_hash FROM consumers WHERE consumer_id = $1 FOR UPDATE',
      [mandate.consumerId],
    );
    if (consumer?.state !== 'active') return 'blocked';
    if (consumer.driver_contract_hash !== mandate.contractHash) return 'changed';
    const known = await tx.query(
      `SELECT 1 FROM mandates_issued WHERE session_id = $1 AND state = 'active'`,
      [mandate.sessionId],
    );
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
    if (mandate.singleSession && !(await endIntent(tx, mandate.mandateId))) return 'abandoned';
    await this.#insert(tx, mandate);
    return 'kept';
  }

  async intendReservation(mandateId: string, nowMs: number): Promise<void> {
    await this.#database.query(
      'INSERT INTO reservation_intents (mandate_id, intended_at) VALUES ($1, $2)',
      [mandateId, new Date(nowMs)],
    );
  }

  async giveBackCredit(mandateId: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await endIntent(tx, mandateId);
      await this.#release(tx, mandateId);
    });
  }

  async abandonIntents(beforeMs: number): Promise<number> {
    return this.#database.transaction(async (tx) => {
      const rows = await tx.query<{ mandate_id: string }>(
        'DELETE FROM reservation_intents WHERE intended_at < $1 RETURNING mandate_id',
        [new Date(beforeMs)],
      );
      for (const row of rows) await this.#release(tx, row.mandate_id);
      return rows.length;
    });
  }

  async retire(
    mandateIds: readonly string[],
    of: { readonly consumerId: string; readonly visitedUtility: string },
  ): Promise<string[]> {
    if (mandateIds.length === 0) return [];
    return this.#retireWhere('mandate_id = ANY($1) AND consumer_id = $2 AND visited_utility = $3', [
      mandateIds,
      of.consumerId,
      of.visitedUtility,
    ]);
  }

  async retireExpired(notAfterMs: number): Promise<number> {
    return (await this.#retireWhere('not_after < $1', [new Date(notAfterMs)])).length;
  }

  #retireWhere(where: string, parameters: readonly unknown[]): Promise<string[]> {
    return this.#database.transaction(async (tx) => {
      const rows = await tx.query<{ signed: SignedMandate }>(
        `UPDATE mandates_issued SET state = 'used_up'
          WHERE state = 'active' AND single_session AND ${where} RETURNING signed`,
        parameters,
      );
      for (const { signed } of rows) {
        await this.#release(tx, signed.document.mandateId);
        await this.#projectEnd(tx, signed);
      }
      return rows.map(({ signed }) => signed.document.mandateId);
    });
  }

  #release(tx: Transaction, mandateId: string): Promise<void> {
    return tx.enqueue({
      to: this.#utility,
      subject: subjectOf(releaseCredit),
      key: `credit:${mandateId}`,
      payload: { mandateId },
    });
  }

  async #projectEnd(tx: Transaction, signed: SignedMandate): Promise<void> {
    if (signed.document.visitedUtility === this.#utility) return;
    await projectMandate(tx, this.#utility, 'home', signed, 'used_up');
  }

  async #insert(tx: Transaction, mandate: IssuedMandate): Promise<void> {
    await tx.query(
      `INSERT INTO mandates_issued (mandate_id, consumer_id, visited_utility, agreed_tariff_hash,
         session_id, single_session, energy_cap_milli_wh, home_cap_minor, state, not_after, signed,
         contract_hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10, $11)`,
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
        mandate.contractHash,
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

  async revocationsAfter(
    visitedUtility: string,
    number: number,
    limit: number,
  ): Promise<SignedRevocation[]> {
    const rows = await this.#database.query<{ signed: SignedRevocation }>(
      `SELECT signed FROM revocations_issued WHERE visited_utility = $1 AND number > $2
       ORDER BY number LIMIT $3`,
      [visitedUtility, number, limit],
    );
    return rows.map((row) => row.signed);
  }

  async revocationOf(mandateId: string): Promise<SignedRevocation | null> {
    const [row] = await this.#database.query<{ signed: SignedRevocation }>(
      'SELECT signed FROM revocations_issued WHERE mandate_id = $1',
      [mandateId],
    );
    return row?.signed ?? null;
  }

  async noteCharge(
    ...[charge, nowMs, heard]: Parameters<IssuedMandateStore['noteCharge']>
  ): Promise<void> {
    const { sessionId, mandateId, state, at } = charge;
    await this.#database.transaction(async (tx) => {
      if (heard !== null) await keepHeard(tx, this.#utility, heard);
      await tx.query(
        `INSERT INTO running_charges AS known (session_id, mandate_id, noted_at, ended_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (session_id) DO UPDATE
           SET ended_at = COALESCE(known.ended_at, EXCLUDED.ended_at)`,
        [sessionId, mandateId, new Date(nowMs), state === 'ended' ? at : null],
      );
      if (state === 'ended') await showHeardEnd(tx, this.#utility, mandateId);
    });
  }

  async markUsedUp(mandateId: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{ signed: SignedMandate }>(
        `UPDATE mandates_issued SET state = 'used_up' WHERE mandate_id = $1 AND state = 'active'
         RETURNING signed`,
        [mandateId],
      );
      if (row !== undefined) await this.#projectEnd(tx, row.signed);
    });
  }
}

/** @returns false where the intent was given up */
async function endIntent(tx: Transaction, mandateId: string): Promise<boolean> {
  const ended = await tx.query(
    'DELETE FROM reservation_intents WHERE mandate_id = $1 RETURNING mandate_id',
    [mandateId],
  );
  return ended.length > 0;
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

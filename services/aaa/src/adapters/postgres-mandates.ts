import type { SignedMandate } from '@roamgrid/contracts';
import { parseEnergyKwh, parseInstant, parseMoney, type EnergyMilliWh } from '@roamgrid/kernel';
import type { Transaction } from '@roamgrid/persistence';
import type { UseCorrection } from '../mandate-book.js';
import type { MandateBalance, MandateBook, Reservation } from '../ports.js';

/** What was used and is held of a mandate, in milliwatt-hours and minor units. */
export interface MandateUseRow {
  readonly used_energy: bigint;
  readonly used_minor: bigint;
  readonly held_energy: bigint;
  readonly held_minor: bigint;
  readonly held: bigint;
  readonly is_closed: boolean;
}

/** One row of {@link MandateUseRow} for mandate `$1`, whether it was used before or not. */
export const MANDATE_USE = useOf('= $1');

/** The same over all mandates of a driver under the off-line rule: mandate, home, pseudonym, since. */
export const OFFLINE_WINDOW_USE = useOf(`IN (
  SELECT mandate_id FROM offline_mandates
    WHERE home_utility = $2 AND pseudonym = $3 AND not_before > $4
  UNION SELECT $1)`);

/** @param which an SQL condition on `mandate_id`; `$1` is the mandate that may be closed */
function useOf(which: string): string {
  return `
  SELECT COALESCE(sum(consumed_energy_milli_wh), 0)::bigint AS used_energy,
    COALESCE(sum(consumed_minor), 0)::bigint AS used_minor,
    (SELECT COALESCE(sum(energy_milli_wh), 0)::bigint FROM reservations WHERE mandate_id ${which})
      AS held_energy,
    (SELECT COALESCE(sum(minor), 0)::bigint FROM reservations WHERE mandate_id ${which})
      AS held_minor,
    (SELECT count(*) FROM reservations WHERE mandate_id ${which}) AS held,
    COALESCE(bool_or(closed_at IS NOT NULL AND mandate_id = $1), false) AS is_closed
  FROM mandate_use WHERE mandate_id ${which}`;
}

const HOUR_MS = 3_600_000;

/** What {@link OFFLINE_WINDOW_USE} asks for; null for a mandate that home signed. */
export function offlineWindow({ document }: SignedMandate): readonly unknown[] | null {
  const { offline, mandateId, homeUtility, pseudonym, notBefore } = document;
  if (offline === undefined) return null;
  const since = new Date(parseInstant(notBefore) - offline.window.hours * HOUR_MS);
  return [mandateId, homeUtility, pseudonym, since];
}

export function balanceOf(mandate: SignedMandate, use: MandateUseRow | undefined): MandateBalance {
  const { energyCapKwh, moneyCap } = mandate.document;
  const energyCap = parseEnergyKwh(energyCapKwh);
  const minorCap = parseMoney(moneyCap.amount, moneyCap.currency).minor;
  if (use === undefined) {
    return {
      energyMilliWh: energyCap,
      minor: minorCap,
      openReservations: 0,
      isUsed: false,
      isClosed: false,
    };
  }
  return {
    energyMilliWh: energyCap - use.used_energy - use.held_energy,
    minor: minorCap - use.used_minor - use.held_minor,
    openReservations: Number(use.held),
    isUsed: use.used_energy > 0n || use.used_minor > 0n,
    isClosed: use.is_closed,
  };
}

/**
 * A mandate under the off-line rule opens no session where its driver's others, quoted before it, have left less
 * of the window than its caps: the next swipe's is for the rest.
 */
function offlineBalanceOf(
  mandate: SignedMandate,
  use: MandateUseRow | undefined,
  all: MandateUseRow | undefined,
): MandateBalance {
  const balance = balanceOf(mandate, use);
  const window = mandate.document.offline?.window;
  const isBegun = balance.isUsed || balance.openReservations > 0;
  if (window === undefined || isBegun) return balance;
  const used = usedOf(all);
  const isCrowded =
    parseEnergyKwh(window.energyKwh) - used.energyMilliWh < balance.energyMilliWh ||
    parseMoney(window.money.amount, window.money.currency).minor - used.minor < balance.minor;
  return isCrowded ? { ...balance, isClosed: true } : balance;
}

export function usedOf(use: MandateUseRow | undefined): Reservation {
  const { used_energy = 0n, held_energy = 0n, used_minor = 0n, held_minor = 0n } = use ?? {};
  return { energyMilliWh: used_energy + held_energy, minor: used_minor + held_minor };
}

/** Reservations of credit inside one transaction: remaining = cap − consumed − reserved. */
export class PostgresMandates implements MandateBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async lockBalance(mandate: SignedMandate): Promise<MandateBalance> {
    const { mandateId } = mandate.document;
    const window = offlineWindow(mandate);
    if (window !== null) await this.#countOffline(mandate);
    await this.#lock(mandateId);
    const [use] = await this.#tx.query<MandateUseRow>(MANDATE_USE, [mandateId]);
    if (window === null) return balanceOf(mandate, use);
    const [all] = await this.#tx.query<MandateUseRow>(OFFLINE_WINDOW_USE, [...window]);
    return offlineBalanceOf(mandate, use, all);
  }

  /** A driver's mandates under the off-line rule share its caps: one of them is looked at at a time. */
  async #countOffline({ document }: SignedMandate): Promise<void> {
    const { mandateId, homeUtility, pseudonym, notBefore } = document;
    await this.#tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `offline:${homeUtility}:${pseudonym}`,
    ]);
    await this.#tx.query(
      `INSERT INTO offline_mandates (mandate_id, home_utility, pseudonym, not_before)
       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [mandateId, homeUtility, pseudonym, notBefore],
    );
  }

  async lockStanding(mandateId: string): Promise<{ isTaken: boolean; homeUtility: string | null }> {
    await this.#lock(mandateId);
    const [use] = await this.#tx.query<MandateUseRow>(MANDATE_USE, [mandateId]);
    const [session] = await this.#tx.query<{ home_utility: string | null }>(
      `SELECT home_utility FROM one_session_mandates JOIN sessions USING (session_id)
        WHERE one_session_mandates.mandate_id = $1 LIMIT 1`,
      [mandateId],
    );
    const { held = 0n, used_energy = 0n, used_minor = 0n } = use ?? {};
    return {
      isTaken: held > 0n || used_energy > 0n || used_minor > 0n,
      homeUtility: session?.home_utility ?? null,
    };
  }

  async #lock(mandateId: string): Promise<void> {
    // an insert that finds its row locks it too: one statement makes and locks
    await this.#tx.query(
      `INSERT INTO mandate_use (mandate_id) VALUES ($1)
       ON CONFLICT (mandate_id) DO UPDATE SET mandate_id = EXCLUDED.mandate_id`,
      [mandateId],
    );
  }

  async reserve(sessionId: string, mandateId: string, reservation: Reservation): Promise<void> {
    await this.#tx.query(
      'INSERT INTO reservations (session_id, mandate_id, energy_milli_wh, minor) VALUES ($1, $2, $3, $4)',
      [sessionId, mandateId, reservation.energyMilliWh, reservation.minor],
    );
  }

  async settle(
    sessionId: string,
    mandateId: string,
    usedEnergyMilliWh: EnergyMilliWh,
    usedMinor: bigint,
  ): Promise<void> {
    await this.#tx.query('DELETE FROM reservations WHERE session_id = $1', [sessionId]);
    await this.#tx.query(
      `INSERT INTO mandate_use AS kept (mandate_id, consumed_energy_milli_wh, consumed_minor)
       VALUES ($1, $2, $3)
       ON CONFLICT (mandate_id) DO UPDATE
         SET consumed_energy_milli_wh = kept.consumed_energy_milli_wh + $2,
             consumed_minor = kept.consumed_minor + $3`,
      [mandateId, usedEnergyMilliWh, usedMinor],
    );
  }

  async correct({ cdrCreditId, sessionId, mandateId, by }: UseCorrection): Promise<boolean> {
    const booked = await this.#tx.query(
      `INSERT INTO use_corrections (cdr_credit_id, session_id, mandate_id, energy_milli_wh, minor)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING cdr_credit_id`,
      [cdrCreditId, sessionId, mandateId, by.energyMilliWh, by.minor],
    );
    if (booked.length === 0) return false;
    await this.#tx.query(
      `UPDATE mandate_use SET consumed_energy_milli_wh = consumed_energy_milli_wh + $2,
         consumed_minor = consumed_minor + $3 WHERE mandate_id = $1`,
      [mandateId, by.energyMilliWh, by.minor],
    );
    return true;
  }

  async extend(sessionId: string, by: Reservation): Promise<void> {
    await this.#tx.query(
      `UPDATE reservations SET energy_milli_wh = energy_milli_wh + $2, minor = minor + $3
        WHERE session_id = $1`,
      [sessionId, by.energyMilliWh, by.minor],
    );
  }

  async reservationOf(sessionId: string): Promise<Reservation | null> {
    const [row] = await this.#tx.query<{ energy_milli_wh: bigint; minor: bigint }>(
      'SELECT energy_milli_wh, minor FROM reservations WHERE session_id = $1',
      [sessionId],
    );
    return row === undefined ? null : { energyMilliWh: row.energy_milli_wh, minor: row.minor };
  }

  async close(mandateId: string): Promise<void> {
    await this.#tx.query(
      `INSERT INTO mandate_use (mandate_id, closed_at) VALUES ($1, now())
       ON CONFLICT (mandate_id) DO UPDATE SET closed_at = COALESCE(mandate_use.closed_at, now())`,
      [mandateId],
    );
  }

  async addQuoted({ document }: SignedMandate, sessionId: string, atMs: number): Promise<void> {
    await this.#tx.query(
      `INSERT INTO one_session_mandates (mandate_id, session_id, pseudonym, quoted_at)
       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [document.mandateId, sessionId, document.pseudonym, new Date(atMs)],
    );
  }

  async liveSessions(mandateId: string): Promise<string[]> {
    const rows = await this.#tx.query<{ session_id: string }>(
      `SELECT session_id FROM one_session_mandates JOIN sessions USING (session_id)
        WHERE one_session_mandates.mandate_id = $1
          AND state IN ('quoted', 'consented', 'charging', 'idle')`,
      [mandateId],
    );
    return rows.map((row) => row.session_id);
  }
}

import type { SignedMandate } from '@roamgrid/contracts';
import { parseEnergyKwh, parseMoney, type EnergyMilliWh } from '@roamgrid/kernel';
import type { Transaction } from '@roamgrid/persistence';
import type { MandateBalance, MandateBook, Reservation } from '../ports.js';

/** What was used and is held of a mandate, in milliwatt-hours and minor units. */
export interface MandateUseRow {
  readonly used_energy: bigint;
  readonly used_minor: bigint;
  readonly held_energy: bigint;
  readonly held_minor: bigint;
  readonly held: bigint;
}

/** One row of {@link MandateUseRow} for mandate `$1`, whether it was used before or not. */
export const MANDATE_USE = `
  SELECT COALESCE(sum(consumed_energy_milli_wh), 0)::bigint AS used_energy,
    COALESCE(sum(consumed_minor), 0)::bigint AS used_minor,
    (SELECT COALESCE(sum(energy_milli_wh), 0)::bigint FROM reservations WHERE mandate_id = $1)
      AS held_energy,
    (SELECT COALESCE(sum(minor), 0)::bigint FROM reservations WHERE mandate_id = $1) AS held_minor,
    (SELECT count(*) FROM reservations WHERE mandate_id = $1) AS held
  FROM mandate_use WHERE mandate_id = $1`;

export function balanceOf(mandate: SignedMandate, use: MandateUseRow | undefined): MandateBalance {
  const { energyCapKwh, moneyCap } = mandate.document;
  const energyCap = parseEnergyKwh(energyCapKwh);
  const minorCap = parseMoney(moneyCap.amount, moneyCap.currency).minor;
  if (use === undefined) {
    return { energyMilliWh: energyCap, minor: minorCap, openReservations: 0 };
  }
  return {
    energyMilliWh: energyCap - use.used_energy - use.held_energy,
    minor: minorCap - use.used_minor - use.held_minor,
    openReservations: Number(use.held),
  };
}

/** Reservations of credit inside one transaction: remaining = cap − consumed − reserved. */
export class PostgresMandates implements MandateBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async lockBalance(mandate: SignedMandate): Promise<MandateBalance> {
    const { mandateId } = mandate.document;
    // an insert that finds its row locks it too: one statement makes and locks
    await this.#tx.query(
      `INSERT INTO mandate_use (mandate_id) VALUES ($1)
       ON CONFLICT (mandate_id) DO UPDATE SET mandate_id = EXCLUDED.mandate_id`,
      [mandateId],
    );
    const [use] = await this.#tx.query<MandateUseRow>(MANDATE_USE, [mandateId]);
    return balanceOf(mandate, use);
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

  async reservationOf(sessionId: string): Promise<Reservation | null> {
    const [row] = await this.#tx.query<{ energy_milli_wh: bigint; minor: bigint }>(
      'SELECT energy_milli_wh, minor FROM reservations WHERE session_id = $1',
      [sessionId],
    );
    return row === undefined ? null : { energyMilliWh: row.energy_milli_wh, minor: row.minor };
  }
}

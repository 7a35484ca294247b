import { negotiationMove } from '@roamgrid/contracts';
import { json, type Database, type Transaction } from '@roamgrid/persistence';
import { z } from 'zod';
import type { EndedNegotiation, Negotiation, NegotiationStore, RecordedMove } from '../ports.js';
import { enqueueProjection } from './enqueue-projection.js';

interface NegotiationRow {
  negotiation_id: string;
  home_utility: string;
  visited_utility: string;
  customer_class: Negotiation['customerClass'];
  station_class: Negotiation['stationClass'];
  agreement_hash: string;
  rounds: number;
  moves: unknown;
  started_at: Date;
}

const recordedMoves = z.array(
  z.strictObject({
    round: z.int(),
    by: z.enum(['visited', 'home']),
    move: negotiationMove,
    at: z.string(),
  }),
);

function negotiationOf(row: NegotiationRow): Negotiation {
  return {
    negotiationId: row.negotiation_id,
    homeUtility: row.home_utility,
    visitedUtility: row.visited_utility,
    customerClass: row.customer_class,
    stationClass: row.station_class,
    agreementHash: row.agreement_hash,
    rounds: row.rounds,
    startedAtMs: row.started_at.getTime(),
    moves: recordedMoves.parse(row.moves),
  };
}

async function insertIfAbsent(tx: Transaction, negotiation: Negotiation): Promise<void> {
  await tx.query(
    `INSERT INTO negotiations (negotiation_id, home_utility, visited_utility, customer_class,
       station_class, agreement_hash, rounds, moves, started_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [
      negotiation.negotiationId,
      negotiation.homeUtility,
      negotiation.visitedUtility,
      negotiation.customerClass,
      negotiation.stationClass,
      negotiation.agreementHash,
      negotiation.rounds,
      json(negotiation.moves),
      new Date(negotiation.startedAtMs),
    ],
  );
}

/** Writes the end of a negotiation and its view; a second end of the same changes nothing. */
export async function endNegotiation(
  tx: Transaction,
  utility: string,
  ended: EndedNegotiation,
): Promise<void> {
  const { negotiation, outcome, endedAtMs, projection } = ended;
  await insertIfAbsent(tx, negotiation);
  const changed = await tx.query(
    `UPDATE negotiations SET moves = $2, outcome = $3, ended_at = $4
     WHERE negotiation_id = $1 AND outcome IS NULL RETURNING negotiation_id`,
    [negotiation.negotiationId, json(negotiation.moves), outcome, new Date(endedAtMs)],
  );
  if (changed.length > 0) await enqueueProjection(tx, utility, projection);
}

export class PostgresNegotiations implements NegotiationStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async find(negotiationId: string): Promise<Negotiation | null> {
    const [row] = await this.#database.query<NegotiationRow>(
      'SELECT * FROM negotiations WHERE negotiation_id = $1',
      [negotiationId],
    );
    return row === undefined ? null : negotiationOf(row);
  }

  extend<Result>(
    opening: Negotiation,
    decide: (recorded: Negotiation) => { readonly moves: readonly RecordedMove[]; result: Result },
  ): Promise<Result> {
    return this.#database.transaction(async (tx) => {
      await insertIfAbsent(tx, opening);
      const [row] = await tx.query<NegotiationRow>(
        'SELECT * FROM negotiations WHERE negotiation_id = $1 FOR UPDATE',
        [opening.negotiationId],
      );
      const recorded = row === undefined ? opening : negotiationOf(row);
      const { moves, result } = decide(recorded);
      await tx.query('UPDATE negotiations SET moves = $2 WHERE negotiation_id = $1', [
        opening.negotiationId,
        json([...recorded.moves, ...moves]),
      ]);
      return result;
    });
  }

  async end(ended: EndedNegotiation): Promise<void> {
    await this.#database.transaction((tx) => endNegotiation(tx, this.#utility, ended));
  }
}

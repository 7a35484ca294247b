import {
  noteNegotiationEnd,
  recordedMove,
  subjectOf,
  type SignedAgreedTariff,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { json, type Database, type Transaction } from '@roamgrid/persistence';
import { z } from 'zod';
import { negotiationProjection } from '../decisions/projections.js';
import type {
  EndedNegotiation,
  Negotiation,
  NegotiationOutcome,
  NegotiationStore,
  RecordedMove,
  ToldEnd,
} from '../ports.js';
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
  outcome: NegotiationOutcome | null;
  ended_at: Date | null;
}

/** causes that the other side may not know of */
const BROKEN_OFF: readonly string[] = ['silent', 'protocolBroken', 'refused', 'signatureInvalid'];

const recordedMoves = z.array(recordedMove);

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

/** A partner through whom it ended learns why; what both did by the rules both know. */
async function tellPartner(
  tx: Transaction,
  utility: string,
  ended: EndedNegotiation,
): Promise<void> {
  const { negotiation, outcome, ending, endedAtMs } = ended;
  const { startedAtMs, ...matter } = negotiation;
  if (negotiation.visitedUtility !== utility || !BROKEN_OFF.includes(ending.cause)) return;
  await tx.enqueue({
    to: negotiation.homeUtility,
    subject: subjectOf(noteNegotiationEnd),
    key: `negotiation:${negotiation.negotiationId}`,
    payload: {
      ...matter,
      startedAt: formatInstant(startedAtMs),
      endedAt: formatInstant(endedAtMs),
      outcome,
      ending,
    },
  });
}

async function writeEnd(tx: Transaction, told: ToldEnd): Promise<boolean> {
  const { negotiation, outcome, ending, endedAtMs } = told;
  await insertIfAbsent(tx, negotiation);
  const changed = await tx.query(
    `UPDATE negotiations SET moves = $2, outcome = $3, ended_at = $4, ending = $5
     WHERE negotiation_id = $1 AND outcome IS NULL RETURNING negotiation_id`,
    [
      negotiation.negotiationId,
      json(negotiation.moves),
      outcome,
      new Date(endedAtMs),
      json(ending),
    ],
  );
  return changed.length > 0;
}

/** Writes the end of a negotiation and its view; a second end of the same changes nothing. */
export async function endNegotiation(
  tx: Transaction,
  utility: string,
  ended: EndedNegotiation,
): Promise<void> {
  if (!(await writeEnd(tx, ended))) return;
  await enqueueProjection(tx, utility, ended.projection);
  await tellPartner(tx, utility, ended);
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
      if (row !== undefined && row.outcome !== null) {
        throw new RoamgridError('negotiation_failed', 'the negotiation is over');
      }
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

  async noteEnd(told: ToldEnd, agreedTariff: SignedAgreedTariff | null): Promise<void> {
    const { negotiationId } = told.negotiation;
    await this.#database.transaction(async (tx) => {
      const [kept] = await tx.query<NegotiationRow>(
        'SELECT * FROM negotiations WHERE negotiation_id = $1 FOR UPDATE',
        [negotiationId],
      );
      const negotiation = kept === undefined ? told.negotiation : negotiationOf(kept);
      const ended = { ...told, negotiation, outcome: kept?.outcome ?? told.outcome };
      if (!(await writeEnd(tx, ended))) {
        await tx.query('UPDATE negotiations SET ending = $2 WHERE negotiation_id = $1', [
          negotiationId,
          json(told.ending),
        ]);
      }
      await enqueueProjection(tx, this.#utility, negotiationProjection(ended, agreedTariff));
    });
  }
}

import {
  receiveLoadSignal,
  signedLoadSignal,
  subjectOf,
  type SignedLoadSignal,
  type StationClass,
} from '@roamgrid/contracts';
import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { json, type Database, type Transaction } from '@roamgrid/persistence';
import type { LoadSignalStore, Projection } from '../ports.js';
import { enqueueProjection } from './enqueue-projection.js';

interface SignalRow {
  document: unknown;
  document_hash: string;
  signature: string;
}

function signalOf(row: SignalRow): SignedLoadSignal {
  return signedLoadSignal.parse({
    document: row.document,
    documentHash: row.document_hash,
    signature: row.signature,
  });
}

/** `known` where exactly this one is kept, `covered` where another one has a part of its time. */
async function insert(
  tx: Transaction,
  { document, documentHash, signature }: SignedLoadSignal,
  receivedAtMs: InstantMs | null,
): Promise<'kept' | 'known' | 'covered'> {
  const { visitedUtility, stationClass, from, to } = document;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `load ${visitedUtility} ${stationClass}`,
  ]);
  const covering = await tx.query<{ document_hash: string }>(
    `SELECT document_hash FROM load_signals
     WHERE visited_utility = $1 AND station_class = $2 AND from_at < $4 AND to_at > $3`,
    [visitedUtility, stationClass, from, to],
  );
  if (covering.some((row) => row.document_hash === documentHash)) return 'known';
  if (covering.length > 0) return 'covered';
  await tx.query(
    `INSERT INTO load_signals (document_hash, visited_utility, station_class, from_at, to_at,
       received_at, document, signature)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      documentHash,
      visitedUtility,
      stationClass,
      from,
      to,
      receivedAtMs === null ? null : new Date(receivedAtMs),
      json(document),
      signature,
    ],
  );
  return 'kept';
}

export class PostgresLoadSignals implements LoadSignalStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async publish(
    signal: SignedLoadSignal,
    partners: readonly string[],
    projection: Projection,
  ): Promise<void> {
    await this.#database.transaction(async (tx) => {
      if ((await insert(tx, signal, null)) === 'covered') {
        throw new RoamgridError(
          'immutable',
          'a signal is published for a part of this time already',
        );
      }
      await enqueueProjection(tx, this.#utility, projection);
      for (const to of partners) {
        await tx.enqueue({
          to,
          subject: subjectOf(receiveLoadSignal),
          key: `loadSignal:${signal.document.loadSignalId}`,
          payload: { loadSignal: signal },
        });
      }
    });
  }

  receive(
    signal: SignedLoadSignal,
    receivedAtMs: InstantMs,
    projection: Projection,
  ): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const outcome = await insert(tx, signal, receivedAtMs);
      if (outcome === 'kept') await enqueueProjection(tx, this.#utility, projection);
      return outcome !== 'covered';
    });
  }

  async within(
    visitedUtility: string,
    stationClass: StationClass,
    fromMs: InstantMs,
    toMs: InstantMs,
  ): Promise<SignedLoadSignal[]> {
    const rows = await this.#database.query<SignalRow>(
      `SELECT document, document_hash, signature FROM load_signals
       WHERE visited_utility = $1 AND station_class = $2 AND from_at < $4 AND to_at > $3
       ORDER BY from_at`,
      [visitedUtility, stationClass, new Date(fromMs), new Date(toMs)],
    );
    return rows.map(signalOf);
  }
}

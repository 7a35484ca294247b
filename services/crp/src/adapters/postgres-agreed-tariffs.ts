import { signedAgreedTariff, type SignedAgreedTariff } from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';
import { json, type Database, type Transaction } from '@roamgrid/persistence';
import type { AgreedTariffKey, AgreedTariffStore, EndedNegotiation } from '../ports.js';
import { endNegotiation } from './postgres-negotiations.js';

interface AgreedTariffRow {
  document: unknown;
  document_hash: string;
  signatures: unknown;
}

const SELECT_VALID = `
  SELECT document, document_hash, signatures FROM agreed_tariffs
  WHERE home_utility = $1 AND visited_utility = $2 AND customer_class = $3 AND station_class = $4
    AND base_hash = $5 AND not_after > $6
  ORDER BY not_after DESC, not_before DESC LIMIT 1`;

function keyValues(key: AgreedTariffKey): string[] {
  return [key.homeUtility, key.visitedUtility, key.customerClass, key.stationClass, key.baseHash];
}

function agreedOf(rows: readonly AgreedTariffRow[]): SignedAgreedTariff | null {
  const [row] = rows;
  if (row === undefined) return null;
  return signedAgreedTariff.parse({
    document: row.document,
    documentHash: row.document_hash,
    signatures: row.signatures,
  });
}

async function insert(
  tx: Transaction,
  key: AgreedTariffKey,
  agreed: SignedAgreedTariff,
): Promise<void> {
  const { document, documentHash, signatures } = agreed;
  await tx.query(
    `INSERT INTO agreed_tariffs (home_utility, visited_utility, customer_class, station_class,
       base_hash, document_hash, negotiation_id, not_before, not_after, document, signatures)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
    [
      ...keyValues(key),
      documentHash,
      document.negotiationId,
      document.notBefore,
      document.notAfter,
      json(document),
      json(signatures),
    ],
  );
}

export class PostgresAgreedTariffs implements AgreedTariffStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async current(key: AgreedTariffKey, validAtMs: InstantMs): Promise<SignedAgreedTariff | null> {
    return agreedOf(
      await this.#database.query<AgreedTariffRow>(SELECT_VALID, [
        ...keyValues(key),
        new Date(validAtMs),
      ]),
    );
  }

  async ofNegotiation(negotiationId: string, version: number): Promise<SignedAgreedTariff | null> {
    return agreedOf(
      await this.#database.query<AgreedTariffRow>(
        `SELECT document, document_hash, signatures FROM agreed_tariffs
         WHERE negotiation_id = $1 AND (document->>'version')::int = $2
         ORDER BY not_before DESC LIMIT 1`,
        [negotiationId, version],
      ),
    );
  }

  keep(
    key: AgreedTariffKey,
    agreed: SignedAgreedTariff,
    options: {
      readonly unlessValidAtMs: InstantMs | null;
      readonly ended: EndedNegotiation | null;
    },
  ): Promise<SignedAgreedTariff> {
    const { unlessValidAtMs, ended } = options;
    return this.#database.transaction(async (tx) => {
      // two processes may have negotiated the same; the first to write wins
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        keyValues(key).join(' '),
      ]);
      if (ended !== null) await endNegotiation(tx, this.#utility, ended);
      const kept =
        unlessValidAtMs === null
          ? null
          : agreedOf(
              await tx.query<AgreedTariffRow>(SELECT_VALID, [
                ...keyValues(key),
                new Date(unlessValidAtMs),
              ]),
            );
      if (kept !== null) return kept;
      await insert(tx, key, agreed);
      return agreed;
    });
  }
}

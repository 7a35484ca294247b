import {
  tariffView,
  type CustomerClass,
  type StationClass,
  type TariffView,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { isUniqueViolation, json, type Database } from '@roamgrid/persistence';
import { tariffSchema, type TariffDocument } from '@roamgrid/tariff';
import type { PartnerTariffStore, Projection, StoredTariff, TariffStore } from '../ports.js';
import { enqueueProjection } from './enqueue-projection.js';

interface TariffRow {
  tariff_id: string;
  version: number;
  state: string;
  station_class: string;
  purpose: string;
  author: string;
  editors: unknown;
  publisher: string | null;
  drafted_at: Date;
  published_at: Date | null;
  document_hash: string;
  document: unknown;
}

/** Residential and commercial prices never share a table. */
const STORES = { residential: 'tariffs_residential', commercial: 'tariffs_commercial' } as const;
const CLASSES: readonly CustomerClass[] = ['residential', 'commercial'];

function storedTariff(row: TariffRow, customerClass: CustomerClass): StoredTariff {
  const view = tariffView.parse({
    tariffId: row.tariff_id,
    version: row.version,
    state: row.state,
    customerClass,
    stationClass: row.station_class,
    purpose: row.purpose,
    author: row.author,
    editors: row.editors,
    publisher: row.publisher,
    publishedAt: row.published_at === null ? null : formatInstant(row.published_at.getTime()),
    documentHash: row.document_hash,
    document: row.document,
  });
  return { view, draftedAtMs: row.drafted_at.getTime() };
}

export class PostgresTariffs implements TariffStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  find(tariffId: string, version: number): Promise<StoredTariff | null> {
    return this.#first('WHERE tariff_id = $1 AND version = $2', [tariffId, version]);
  }

  newest(tariffId: string): Promise<StoredTariff | null> {
    return this.#first('WHERE tariff_id = $1 ORDER BY version DESC LIMIT 1', [tariffId]);
  }

  async publishedWholesale(documentHash: string): Promise<TariffView | null> {
    const found = await this.#first(
      `WHERE document_hash = $1 AND state = 'published' AND purpose = 'wholesale'
       ORDER BY published_at LIMIT 1`,
      [documentHash],
    );
    return found?.view ?? null;
  }

  async lastPublished(
    purpose: TariffView['purpose'],
    {
      customerClass,
      stationClass,
    }: { readonly customerClass: CustomerClass; readonly stationClass: StationClass },
    atMs: InstantMs,
  ): Promise<TariffView | null> {
    const [row] = await this.#database.query<TariffRow>(
      `SELECT * FROM ${STORES[customerClass]}
       WHERE state = 'published' AND purpose = $1 AND station_class = $2
         AND coalesce((document->>'start_date_time')::timestamptz <= $3, true)
         AND coalesce((document->>'end_date_time')::timestamptz > $3, true)
       ORDER BY published_at DESC, version DESC LIMIT 1`,
      [purpose, stationClass, new Date(atMs)],
    );
    return row === undefined ? null : storedTariff(row, customerClass).view;
  }

  async addDraft({ view, draftedAtMs }: StoredTariff, projection: Projection): Promise<void> {
    try {
      await this.#database.transaction(async (tx) => {
        await tx.query(
          `INSERT INTO ${STORES[view.customerClass]} (tariff_id, version, state, station_class,
             purpose, author, drafted_at, document_hash, document)
           VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8)`,
          [
            view.tariffId,
            view.version,
            view.stationClass,
            view.purpose,
            view.author,
            new Date(draftedAtMs),
            view.documentHash,
            json(view.document),
          ],
        );
        await enqueueProjection(tx, this.#utility, projection);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new RoamgridError('state_conflict', 'another draft took this version; draft again');
    }
  }

  async replaceDraft(
    before: StoredTariff,
    { view }: StoredTariff,
    projection: Projection,
  ): Promise<void> {
    const store = STORES[view.customerClass];
    await this.#database.transaction(async (tx) => {
      const [kept] = await tx.query<{ state: string; document_hash: string }>(
        `SELECT state, document_hash FROM ${store} WHERE tariff_id = $1 AND version = $2 FOR UPDATE`,
        [view.tariffId, view.version],
      );
      if (kept?.state === 'published') {
        throw new RoamgridError('immutable', 'it is published already');
      }
      if (kept?.state !== 'draft' || kept.document_hash !== before.view.documentHash) {
        throw new RoamgridError('precondition_failed', 'somebody has changed the draft meanwhile');
      }
      await tx.query(
        `UPDATE ${store}
         SET state = $3, publisher = $4, published_at = $5, editors = $6, document_hash = $7, document = $8
         WHERE tariff_id = $1 AND version = $2`,
        [
          view.tariffId,
          view.version,
          view.state,
          view.publisher,
          view.publishedAt,
          json(view.editors),
          view.documentHash,
          json(view.document),
        ],
      );
      await enqueueProjection(tx, this.#utility, projection);
    });
  }

  async #first(condition: string, parameters: readonly unknown[]): Promise<StoredTariff | null> {
    for (const customerClass of CLASSES) {
      const [row] = await this.#database.query<TariffRow>(
        `SELECT * FROM ${STORES[customerClass]} ${condition}`,
        parameters,
      );
      if (row !== undefined) return storedTariff(row, customerClass);
    }
    return null;
  }
}

export class PostgresPartnerTariffs implements PartnerTariffStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(documentHash: string): Promise<TariffDocument | null> {
    const [row] = await this.#database.query<{ document: unknown }>(
      'SELECT document FROM partner_tariffs WHERE document_hash = $1',
      [documentHash],
    );
    return row === undefined ? null : tariffSchema.parse(row.document);
  }

  async keep(documentHash: string, document: TariffDocument): Promise<void> {
    await this.#database.query(
      'INSERT INTO partner_tariffs (document_hash, document) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [documentHash, json(document)],
    );
  }
}

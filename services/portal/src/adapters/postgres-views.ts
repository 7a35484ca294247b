import { json, prepared, type Database, type Transaction } from '@roamgrid/persistence';
import type { Condition, ListRequest, PublishedFacet, ViewStore } from '../ports.js';
import { mergeFacets } from '../read-model/merge-facets.js';
import type { Facet, JsonObject, TraceEntry, View, ViewKind } from '../read-model/view.js';
import { ADD_STEPS, stepParameters } from './postgres-traces.js';

interface ItemRow {
  readonly id: string;
  readonly sort_at_ms: bigint;
  readonly data: JsonObject;
}

interface KeptFacet {
  readonly sortAtMs: number;
  readonly data: JsonObject;
}

type KeptFacets = Readonly<Partial<Record<Facet, KeptFacet>>>;

/** Makes the item of a first facet, or adds the facet; its row makes those who publish take turns. */
const KEEP_FACET = prepared(
  `INSERT INTO view_items (kind, id, sort_at_ms, data, facets) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (kind, id) DO UPDATE SET facets = view_items.facets || excluded.facets
   RETURNING facets, (xmax = 0) AS is_new`,
);

function toView(row: ItemRow): View {
  return { id: row.id, sortAtMs: row.sort_at_ms, data: row.data };
}

/** Collects parameters as the statement names them. */
class Bindings {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${String(this.values.length)}`;
  }
}

/** A station's provider stands on its view, or in the signed record inside it. */
const PROVIDER = `coalesce(station.data ->> 'provider', station.data #>> '{document,provider}')`;

function sqlOf(condition: Condition, parameters: Bindings): string {
  if ('stationOfProvider' in condition) {
    const provider = parameters.add(condition.stationOfProvider);
    return `coalesce(data ->> 'stationId', id) IN (
      SELECT station.id FROM view_items AS station
      WHERE station.kind = 'station' AND ${PROVIDER} = ${provider})`;
  }
  if ('agreementWith' in condition) {
    const party = parameters.add(condition.agreementWith);
    return `jsonb_exists(coalesce(data #> '{document,parties}', data -> 'parties'), ${party})`;
  }
  const value = parameters.add(condition.equals);
  const anyOf = condition.members.map((name) => {
    const member = parameters.add(name);
    return `coalesce(data ->> ${member}, data -> 'document' ->> ${member}) = ${value}`;
  });
  return `(${anyOf.join(' OR ')})`;
}

function whereOf(request: ListRequest, parameters: Bindings): string {
  const clauses = [`kind = ${parameters.add(request.kind)}`];
  if (request.after !== null) {
    const sortAtMs = parameters.add(request.after.sortAtMs);
    clauses.push(
      `(sort_at_ms, id) < (${sortAtMs}::bigint, ${parameters.add(request.after.id)}::text)`,
    );
  }
  if (request.fromMs !== null) clauses.push(`sort_at_ms >= ${parameters.add(request.fromMs)}`);
  if (request.toMs !== null) clauses.push(`sort_at_ms < ${parameters.add(request.toMs)}`);
  for (const condition of request.conditions) clauses.push(sqlOf(condition, parameters));
  return clauses.join(' AND ');
}

function mergeAnew(tx: Transaction, kind: ViewKind, id: string, kept: KeptFacets): void {
  const facets = Object.values(kept);
  const data = Object.fromEntries(Object.entries(kept).map(([name, facet]) => [name, facet.data]));
  const sortAtMs = Math.min(...facets.map((facet) => facet.sortAtMs));
  tx.write('UPDATE view_items SET sort_at_ms = $3, data = $4 WHERE kind = $1 AND id = $2', [
    kind,
    id,
    sortAtMs,
    json(mergeFacets(kind, data)),
  ]);
}

export class PostgresViews implements ViewStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async project(published: PublishedFacet, steps: readonly TraceEntry[]): Promise<void> {
    const { kind, id, facet, sortAtMs, data } = published;
    await this.#database.transaction(async (tx) => {
      if (steps.length > 0) tx.append(ADD_STEPS, stepParameters(id, steps));
      const own = { [facet]: { sortAtMs, data } };
      const [kept] = await tx.query<{ facets: KeptFacets; is_new: boolean }>(KEEP_FACET, [
        kind,
        id,
        sortAtMs,
        json(mergeFacets(kind, { [facet]: data })),
        json(own),
      ]);
      if (kept?.is_new === false) mergeAnew(tx, kind, id, kept.facets);
    });
  }

  async find(kind: ViewKind, id: string): Promise<View | null> {
    const [row] = await this.#database.query<ItemRow>(
      'SELECT id, sort_at_ms, data FROM view_items WHERE kind = $1 AND id = $2',
      [kind, id],
    );
    return row === undefined ? null : toView(row);
  }

  async list(request: ListRequest): Promise<View[]> {
    const parameters = new Bindings();
    const where = whereOf(request, parameters);
    const rows = await this.#database.query<ItemRow>(
      `SELECT id, sort_at_ms, data FROM view_items WHERE ${where}
       ORDER BY sort_at_ms DESC, id DESC LIMIT ${parameters.add(request.limit + 1)}`,
      parameters.values,
    );
    return rows.map(toView);
  }
}

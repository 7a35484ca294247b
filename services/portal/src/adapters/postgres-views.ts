import type { Database } from '@roamgrid/persistence';
import type { Condition, ListRequest, PublishedFacet, ViewStore } from '../ports.js';
import type { JsonObject, TraceEntry, View, ViewKind } from '../read-model/view.js';
import { PostgresProjections } from './postgres-projections.js';

interface ItemRow {
  readonly id: string;
  readonly sort_at_ms: bigint;
  readonly data: JsonObject;
}

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

export class PostgresViews implements ViewStore {
  readonly #database: Database;
  readonly #projections: PostgresProjections;

  constructor(database: Database) {
    this.#database = database;
    this.#projections = new PostgresProjections(database);
  }

  project(published: PublishedFacet, steps: readonly TraceEntry[]): Promise<void> {
    return this.#projections.project(published, steps);
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

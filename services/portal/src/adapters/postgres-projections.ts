import {
  GroupCommit,
  json,
  prepared,
  type Database,
  type Transaction,
} from '@roamgrid/persistence';
import type { PublishedFacet } from '../ports.js';
import { mergeFacets } from '../read-model/merge-facets.js';
import type { Facet, JsonObject, TraceEntry, ViewKind } from '../read-model/view.js';
import { ADD_STEPS, stepParameters } from './postgres-traces.js';

interface KeptFacet {
  readonly sortAtMs: number;
  readonly data: JsonObject;
}

type KeptFacets = Partial<Record<Facet, KeptFacet>>;

/** One object and what was published of it. */
interface Item {
  readonly kind: ViewKind;
  readonly id: string;
  readonly facets: KeptFacets;
}

interface KeptRow {
  readonly kind: ViewKind;
  readonly id: string;
  /** all that are kept; null where the item is new and has only what was published now */
  readonly facets: KeptFacets | null;
}

/** Makes the items of first facets, or adds facets; their rows make those who publish take turns. */
const KEEP_FACETS = prepared(
  `INSERT INTO view_items (kind, id, sort_at_ms, data, facets)
   SELECT kind, id, sort_at_ms, data::jsonb, facets::jsonb
     FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
       AS published (kind, id, sort_at_ms, data, facets)
   ON CONFLICT (kind, id) DO UPDATE SET facets = view_items.facets || excluded.facets
   RETURNING kind, id, CASE WHEN xmax = 0 THEN NULL ELSE facets END AS facets`,
);

const MERGE_ANEW = prepared(
  `UPDATE view_items AS item SET sort_at_ms = merged.sort_at_ms, data = merged.data::jsonb
     FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
       AS merged (kind, id, sort_at_ms, data)
    WHERE item.kind = merged.kind AND item.id = merged.id`,
);

export interface Published {
  readonly facet: PublishedFacet;
  readonly steps: readonly TraceEntry[];
}

/** Writes what services publish into the read model, what comes at the same time in one transaction. */
export class PostgresProjections {
  readonly #group: GroupCommit<Published, undefined>;

  constructor(database: Database) {
    this.#group = new GroupCommit({
      commit: async (published) => {
        await database.transaction((tx) => writeAll(tx, published));
        return published.map(() => undefined);
      },
    });
  }

  async project(facet: PublishedFacet, steps: readonly TraceEntry[]): Promise<void> {
    await this.#group.submit(keyOf(facet), { facet, steps });
  }
}

function keyOf({ kind, id }: { readonly kind: ViewKind; readonly id: string }): string {
  return `${kind} ${id}`;
}

async function writeAll(tx: Transaction, published: readonly Published[]): Promise<void> {
  const steps = published.flatMap(({ facet, steps: own }) =>
    own.map((step) => ({ sessionId: facet.id, ...step })),
  );
  if (steps.length > 0) tx.append(ADD_STEPS, stepParameters(steps));
  const items = itemsOf(published);
  const kept = await tx.query<KeptRow>(KEEP_FACETS, itemParameters(items, true));
  const changed = kept.flatMap(({ kind, id, facets }) =>
    facets === null ? [] : [{ kind, id, facets }],
  );
  if (changed.length > 0) tx.write(MERGE_ANEW, itemParameters(changed, false));
}

/** In one order for everybody, so that nobody waits for somebody who waits for them. */
function itemsOf(published: readonly Published[]): Item[] {
  const items = new Map<string, Item>();
  for (const {
    facet: { kind, id, facet, sortAtMs, data },
  } of published) {
    const key = keyOf({ kind, id });
    const item = items.get(key) ?? { kind, id, facets: {} };
    item.facets[facet] = { sortAtMs, data };
    items.set(key, item);
  }
  return [...items].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
}

function itemParameters(items: readonly Item[], hasFacets: boolean): unknown[] {
  const columns = [
    items.map(({ kind }) => kind),
    items.map(({ id }) => id),
    items.map(({ facets }) => Math.min(...Object.values(facets).map(({ sortAtMs }) => sortAtMs))),
    items.map(({ kind, facets }) => json(mergeFacets(kind, dataOf(facets))).toPostgres()),
  ];
  return hasFacets ? [...columns, items.map(({ facets }) => json(facets).toPostgres())] : columns;
}

function dataOf(facets: KeptFacets): Partial<Record<Facet, JsonObject>> {
  return Object.fromEntries(Object.entries(facets).map(([name, { data }]) => [name, data]));
}

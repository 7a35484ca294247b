import type { Facet, JsonObject, ViewKind } from './view.js';

/** Later ones prevail where two services say something of the same member. */
const PRECEDENCE: readonly Facet[] = ['crp', 'profiles', 'aaa', 'settlement'];

/** The states of a session that settlement knows better than AAA. */
const SETTLEMENT_STATES: ReadonlySet<unknown> = new Set(['rated', 'held', 'written_off']);

function flagsOf(facets: readonly JsonObject[]): string[] {
  const flags = facets.flatMap(({ flags: own }): unknown[] => (Array.isArray(own) ? own : []));
  return [...new Set(flags.map(String))];
}

/** A member that a service leaves null does not hide what another one says of it. */
function known(facet: JsonObject): [string, unknown][] {
  return Object.entries(facet).filter(([, value]) => value !== null && value !== undefined);
}

function stateOfSession(facets: Readonly<Partial<Record<Facet, JsonObject>>>): unknown {
  const settled = facets.settlement?.['state'];
  if (SETTLEMENT_STATES.has(settled)) return settled;
  return facets.aaa?.['state'] ?? settled;
}

/** Makes one view of what the services say of an object; each owns its facet. */
export function mergeFacets(
  kind: ViewKind,
  facets: Readonly<Partial<Record<Facet, JsonObject>>>,
): JsonObject {
  const present = PRECEDENCE.map((facet) => facets[facet]).filter((facet) => facet !== undefined);
  const merged: Record<string, unknown> = {};
  for (const facet of present) for (const name of Object.keys(facet)) merged[name] = null;
  for (const facet of present) Object.assign(merged, Object.fromEntries(known(facet)));
  if (present.some((facet) => 'flags' in facet)) merged['flags'] = flagsOf(present);
  if (kind === 'session') merged['state'] = stateOfSession(facets) ?? null;
  return merged;
}

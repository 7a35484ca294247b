import type { Restrictions } from '@roamgrid/tariff';
import type { Axis } from './restriction-axes.js';

/** A moment of a charge: a value on each axis, in the order of the axes. */
export type Moment = readonly bigint[];

export interface Coverage {
  readonly axes: readonly Axis[];
  /** asked about: every moment at which these hold; `{}` for all moments */
  readonly within: Restrictions;
  /** a moment is covered where one of these holds */
  readonly by: readonly Restrictions[];
}

/** More steps than any tariff takes that a person wrote; the search would grow with every axis. */
const MOST_STEPS = 200_000;

/** The tariff has so many turns on so many axes that the answer would take too long. */
export class TooIntricate extends Error {
  override readonly name = 'TooIntricate';
}

function ascending(values: readonly bigint[]): bigint[] {
  return [...new Set(values)].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

/** The values of an axis at which to ask, those only at which `within` holds. */
function valuesToAsk(axis: Axis, within: Restrictions, by: readonly Restrictions[]): bigint[] {
  const turns = [within, ...by]
    .flatMap((one) => axis.turns(one))
    .filter((turn) => turn !== undefined)
    .map(BigInt);
  return ascending([...axis.values(ascending(turns))]).filter((at) => axis.holds(within, at));
}

class Search {
  #steps = 0;
  readonly #axes: readonly Axis[];
  readonly #within: Restrictions;

  constructor({ axes, within }: Coverage) {
    this.#axes = axes;
    this.#within = within;
  }

  /** Goes through the axes in turn, each time with those that hold so far. */
  run(axisIndex: number, holding: readonly Restrictions[]): bigint[] | null {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) throw new TooIntricate();
    const rest = this.#axes.slice(axisIndex);
    if (holding.some((one) => !rest.some((axis) => axis.restricts(one)))) return null;
    const [axis] = rest;
    if (axis === undefined) return [];
    const asked = new Set<string>();
    for (const at of valuesToAsk(axis, this.#within, holding)) {
      const holdHere = holding.filter((one) => axis.holds(one, at));
      const key = holdHere.map((one) => holding.indexOf(one)).join(' ');
      if (asked.has(key)) continue;
      asked.add(key);
      const found = this.run(axisIndex + 1, holdHere);
      if (found !== null) return [at, ...found];
    }
    return null;
  }
}

/**
 * A moment that nothing covers, exactly: between two turns of all restrictions nothing changes, so that one
 * moment of each stretch is asked about.
 *
 * @returns null where every moment is covered, or where `within` holds at none
 * @throws TooIntricate
 */
export function findUncovered(coverage: Coverage): Moment | null {
  return new Search(coverage).run(0, coverage.by);
}

import { divideUp, type InstantMs } from '@roamgrid/kernel';
import type { PriceComponent, Tariff } from '@roamgrid/tariff';
import type { LineEvidence } from './rating.js';

/** What one component has been asked to price so far. */
export interface Tallied {
  readonly component: PriceComponent;
  quantity: bigint;
  stepExtra: bigint;
  readonly evidence: LineEvidence[];
}

/** The quantities that a step size is applied to, each once per session. */
export type Measure = 'energy' | 'charging' | 'parking' | 'reservation';

interface MeasureTotal {
  total: bigint;
  last: Tallied | undefined;
}

/** Sums a session's quantities per price component, and per measure for the steps. */
export class Tally {
  readonly #byComponent: (Tallied | undefined)[];
  readonly #measures: Record<Measure, MeasureTotal> = {
    energy: { total: 0n, last: undefined },
    charging: { total: 0n, last: undefined },
    parking: { total: 0n, last: undefined },
    reservation: { total: 0n, last: undefined },
  };

  constructor(tariff: Tariff) {
    this.#byComponent = tariff.components.map(() => undefined);
  }

  /** Adds a quantity; without a component it is free, but counts towards the step. */
  add(
    measure: Measure,
    component: PriceComponent | undefined,
    quantity: bigint,
    startMs: InstantMs,
    endMs: InstantMs,
  ): void {
    if (quantity === 0n) return;
    const sum = this.#measures[measure];
    sum.total += quantity;
    if (component === undefined) return;
    const tallied = this.#talliedFor(component);
    tallied.quantity += quantity;
    appendEvidence(tallied.evidence, { startMs, endMs, quantity });
    sum.last = tallied;
  }

  /** A price per session counts once, from when it first applies. */
  addFlat(component: PriceComponent, atMs: InstantMs): void {
    const tallied = this.#talliedFor(component);
    tallied.quantity = 1n;
    tallied.evidence.push({ startMs: atMs, endMs: atMs, quantity: 1n });
  }

  /**
   * Rounds each measure's total up to the step of the last component that priced it; what this adds goes to
   * that component's line. Charging and parking take one step together: where parking was priced, only
   * parking is rounded.
   */
  applySteps(): void {
    this.#applyStep('energy');
    this.#applyStep('reservation');
    this.#applyStep(this.#measures.parking.last === undefined ? 'charging' : 'parking');
  }

  #applyStep(measure: Measure): void {
    const sum = this.#measures[measure];
    if (sum.last === undefined) return;
    const { step } = sum.last.component;
    const extra = divideUp(sum.total, step) * step - sum.total;
    sum.last.stepExtra += extra;
    sum.last.quantity += extra;
    sum.total += extra;
  }

  totalOf(measure: Measure): bigint {
    return this.#measures[measure].total;
  }

  /** In the tariff's order. */
  tallied(): Tallied[] {
    return this.#byComponent.filter((tallied) => tallied !== undefined);
  }

  #talliedFor(component: PriceComponent): Tallied {
    const known = this.#byComponent[component.index];
    if (known !== undefined) return known;
    const fresh: Tallied = { component, quantity: 0n, stepExtra: 0n, evidence: [] };
    this.#byComponent[component.index] = fresh;
    return fresh;
  }
}

/** Stretches that touch become one, so that a period cut in two leaves the same evidence. */
function appendEvidence(evidence: LineEvidence[], next: LineEvidence): void {
  const last = evidence.at(-1);
  if (last?.endMs !== next.startMs) {
    evidence.push(next);
    return;
  }
  evidence[evidence.length - 1] = {
    startMs: last.startMs,
    endMs: next.endMs,
    quantity: last.quantity + next.quantity,
  };
}

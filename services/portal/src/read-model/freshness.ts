import {
  drainAaa,
  drainCrp,
  drainProfiles,
  drainSettlement,
  type Contract,
} from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import type { Facet, ViewKind } from './view.js';

const DEFAULT_BOUND_MS = 2_000;

const DRAINS: Readonly<Record<Facet, Contract>> = {
  aaa: drainAaa,
  profiles: drainProfiles,
  crp: drainCrp,
  settlement: drainSettlement,
};

/**
 * Who publishes views of a kind, stage by stage: AAA first hands its charges to settlement, which
 * then publishes what became of them.
 */
const OWNERS: Readonly<Record<ViewKind | 'trace', readonly (readonly Facet[])[]>> = {
  session: [['aaa'], ['settlement']],
  cdr: [['aaa'], ['settlement']],
  invoice: [['settlement']],
  settlement: [['settlement']],
  bill: [['settlement']],
  tariff: [['crp']],
  agreement: [['crp']],
  negotiation: [['crp']],
  policy: [['crp']],
  loadSignal: [['crp']],
  mandate: [['profiles']],
  consumer: [['profiles']],
  station: [['aaa']],
  suspense: [['aaa', 'settlement']],
  trace: [['aaa', 'crp', 'profiles'], ['settlement']],
};

export interface FreshnessOptions {
  readonly utility: string;
  readonly bus: Bus;
  /** how long a read waits for its owners; what they have not delivered by then is read later; 2 s */
  readonly boundMs?: number;
  readonly onSlow: (service: Facet, error: unknown) => void;
}

interface Drain {
  readonly running: Promise<void>;
  next: Promise<void> | null;
}

/**
 * Read-your-writes: before a read the owners deliver what they have committed. A service has one
 * drain running and at most one waiting, which everyone who came in the meantime shares: one that
 * runs already may have passed what the reader wrote.
 */
export class Freshness {
  readonly #options: FreshnessOptions;
  readonly #boundMs: number;
  readonly #drains = new Map<Facet, Drain>();

  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#boundMs = options.boundMs ?? DEFAULT_BOUND_MS;
  }

  /** Resolves when the owners have delivered, or after the bound; never rejects. */
  async ensure(kind: ViewKind | 'trace'): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#boundMs);
    });
    try {
      await Promise.race([this.#stages(OWNERS[kind]), bound]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #stages(stages: readonly (readonly Facet[])[]): Promise<void> {
    for (const services of stages) {
      await Promise.all(services.map((service) => this.#drain(service)));
    }
  }

  #drain(service: Facet): Promise<void> {
    const current = this.#drains.get(service);
    if (current === undefined) return this.#start(service);
    current.next ??= current.running.then(() => this.#start(service));
    return current.next;
  }

  #start(service: Facet): Promise<void> {
    const drain: Drain = {
      running: this.#request(service).then(() => {
        if (drain.next === null) this.#drains.delete(service);
      }),
      next: null,
    };
    this.#drains.set(service, drain);
    return drain.running;
  }

  async #request(service: Facet): Promise<void> {
    try {
      await this.#options.bus.request(
        DRAINS[service],
        this.#options.utility,
        {},
        { timeoutMs: this.#boundMs },
      );
    } catch (error) {
      // a read answers what is there: a service that is down must not make its history unreadable
      this.#options.onSlow(service, error);
    }
  }
}

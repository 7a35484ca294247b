import {
  type Contract,
  drainAaa,
  drainCrp,
  drainProfiles,
  drainSettlement,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Bus } from '@roamgrid/messaging';
import type { Facet, ViewKind } from './view.js';

const DEFAULT_BOUND_MS = 5_000;
const DEFAULT_PATIENCE_MS = 10_000;

const DRAINS = {
  aaa: drainAaa,
  profiles: drainProfiles,
  crp: drainCrp,
  settlement: drainSettlement,
} as const satisfies Readonly<Record<Facet, Contract>>;

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
  driverContract: [['profiles']],
  station: [['aaa']],
  suspense: [['aaa', 'settlement']],
  trace: [['aaa', 'crp', 'profiles'], ['settlement']],
};

/** How long reads wait for the services that own what they read. */
export interface ReadBounds {
  /** what they have not delivered by then is read later; 5 s */
  readonly boundMs?: number;
  /** of a read that would else say of something that it is not there; 10 s */
  readonly patienceMs?: number;
}

export interface FreshnessOptions extends ReadBounds {
  readonly utility: string;
  readonly bus: Bus;
  readonly onSlow: (service: Facet, error: unknown) => void;
}

/** Whether all was delivered. */
type Delivery = Promise<boolean>;

interface Drain {
  readonly running: Delivery;
  next: Delivery | null;
}

/**
 * Read-your-writes: before a read the owners deliver what they have committed. A service has one
 * drain running and at most one waiting, which everyone who came in the meantime shares: one that
 * runs already may have passed what the reader wrote.
 */
export class Freshness {
  readonly #options: FreshnessOptions;
  readonly #boundMs: number;
  readonly #patienceMs: number;
  readonly #drains = new Map<Facet, Drain>();

  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#boundMs = options.boundMs ?? DEFAULT_BOUND_MS;
    this.#patienceMs = options.patienceMs ?? DEFAULT_PATIENCE_MS;
  }

  /**
   * Resolves when the owners have delivered, or after the bound; never rejects.
   * @returns whether they have delivered all
   */
  ensure(kind: ViewKind | 'trace'): Delivery {
    return this.#within(this.#boundMs, kind);
  }

  /**
   * Reads one thing, or null for none. What is there is answered after the bound at the latest; that it is not
   * there is only said once the owners have delivered.
   * @throws RoamgridError `peer_unreachable` where it may be on its way still
   */
  async find<T>(kind: ViewKind, read: () => Promise<T | null>): Promise<T | null> {
    for (const boundMs of [this.#boundMs, this.#patienceMs]) {
      const isFresh = await this.#within(boundMs, kind);
      const found = await read();
      if (isFresh || found !== null) return found;
    }
    throw new RoamgridError('peer_unreachable', 'it may be on its way here; ask again');
  }

  async #within(boundMs: number, kind: ViewKind | 'trace'): Delivery {
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<false>((resolve) => {
      timer = setTimeout(() => {
        resolve(false);
      }, boundMs);
    });
    try {
      return await Promise.race([this.#stages(OWNERS[kind]), bound]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #stages(stages: readonly (readonly Facet[])[]): Delivery {
    let areDelivered = true;
    for (const services of stages) {
      const delivered = await Promise.all(services.map((service) => this.#drain(service)));
      areDelivered &&= delivered.every(Boolean);
    }
    return areDelivered;
  }

  #drain(service: Facet): Delivery {
    const current = this.#drains.get(service);
    if (current === undefined) return this.#start(service);
    current.next ??= current.running.then(() => this.#start(service));
    return current.next;
  }

  #start(service: Facet): Delivery {
    const drain: Drain = {
      running: this.#request(service).then((isDelivered) => {
        if (drain.next === null) this.#drains.delete(service);
        return isDelivered;
      }),
      next: null,
    };
    this.#drains.set(service, drain);
    return drain.running;
  }

  async #request(service: Facet): Delivery {
    try {
      await this.#options.bus.request(
        DRAINS[service],
        this.#options.utility,
        { recipients: 'reachable' },
        { timeoutMs: this.#patienceMs },
      );
      return true;
    } catch (error) {
      // a read answers what is there: a service that is down must not make its history unreadable
      this.#options.onSlow(service, error);
      return false;
    }
  }
}

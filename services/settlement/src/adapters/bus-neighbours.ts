import { readAgreement, resolvePseudonym, type SignedAgreement } from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import type { Consumer, Neighbours } from '../ports.js';

/** This utility's own crp and profiles, over the bus. */
export class BusNeighbours implements Neighbours {
  readonly #bus: Bus;
  readonly #utility: string;

  constructor(bus: Bus, utility: string) {
    this.#bus = bus;
    this.#utility = utility;
  }

  async readAgreement(partner: string, hash?: string | null): Promise<SignedAgreement | null> {
    const { agreement } = await this.#bus.request(readAgreement, this.#utility, {
      partner,
      ...(hash === undefined || hash === null ? {} : { hash }),
    });
    return agreement;
  }

  async resolvePseudonym(
    pseudonym: string,
    visitedUtility: string,
    mandateId?: string,
  ): Promise<Consumer | null> {
    const { consumer } = await this.#bus.request(resolvePseudonym, this.#utility, {
      pseudonym,
      visitedUtility,
      ...(mandateId === undefined ? {} : { mandateId }),
    });
    return consumer;
  }
}

import { cosignSettlement, type ReplyOf, type SignedSettlement } from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import type { Partners } from '../netting/ports.js';

/** Other utilities' settlement services, over the bus. */
export class BusPartners implements Partners {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  cosignSettlement(
    partner: string,
    settlement: SignedSettlement,
  ): Promise<ReplyOf<typeof cosignSettlement>> {
    return this.#bus.request(cosignSettlement, partner, { settlement });
  }
}

import {
  readAgreement,
  resolvePseudonym,
  type SignedAgreement,
  type SignedMandate,
} from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { Bus } from '@roamgrid/messaging';
import type { Consumer, DriverCharge, Neighbours } from '../ports.js';
import { saidYesAtMs } from '../review/check-entitlement.js';

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

  async resolvePseudonym(charge: DriverCharge): Promise<Consumer | null> {
    const { pseudonym, visitedUtility, mandate } = charge;
    const { consumer } = await this.#bus.request(resolvePseudonym, this.#utility, {
      pseudonym,
      visitedUtility,
      ...standingOf(mandate),
      at: formatInstant(saidYesAtMs(charge)),
    });
    return consumer;
  }
}

/** What may have been revoked: the mandate itself, or the entry of the directory that it stands on. */
function standingOf({ document }: SignedMandate) {
  const { mandateId, offline } = document;
  if (offline === undefined) return { mandateId };
  const { tokenHash, number } = offline.entry.document;
  return { mandateId, directoryEntry: { tokenHash, number } };
}

import type { AgreementTerms } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { MandateWithTariff, Neighbours } from '../src/ports.js';
import {
  agreedTariff,
  mandateUnder,
  SOME_TERMS,
  type MandateWish,
  type Signers,
} from './documents.js';

type Verdict = Awaited<ReturnType<Neighbours['authorizeAtHome']>>;
type Price = Awaited<ReturnType<Neighbours['agreeTariff']>>;
type MandateReply = Awaited<ReturnType<Neighbours['requestMandate']>>;

/** Stands in for crp, profiles and the home utility; what it was asked is in `calls`. */
export class StandInNeighbours implements Neighbours {
  readonly calls: string[] = [];
  /** what the visiting profiles hold */
  held: MandateWithTariff | null = null;
  /** station ids that another utility has */
  readonly takenIds = new Set<string>();
  /** what the off-line rule gives while home is silent; null where it denies */
  offline: MandateWithTariff | null = null;
  /** whose card it is, as the token directory says */
  token: Awaited<ReturnType<Neighbours['findToken']>> = null;
  hasAgreement = true;
  terms: AgreementTerms = SOME_TERMS;
  verdict: Verdict | 'silent' = {
    decision: 'accepted',
    pseudonym: 'ps-1',
    customerClass: 'residential',
    assurance: 'claimed',
  };
  price: Extract<Price, { decision: 'refused' }> | null = null;
  mandateReply: Extract<MandateReply, { decision: 'refused' }> | null = null;
  storeFailure: RoamgridError | null = null;
  correctionFailure: RoamgridError | null = null;
  wish: MandateWish = {};
  readonly requests: Parameters<Neighbours['requestMandate']>[1][] = [];
  readonly #signers: Signers;

  /** what the agreement says of a mandate's tier */
  chargingPriority: Awaited<ReturnType<Neighbours['chargingPriorityOf']>> = null;

  constructor(signers: Signers) {
    this.#signers = signers;
  }

  /** home's mandate lies in the visiting profiles from now on */
  async hold(wish: MandateWish = {}): Promise<MandateWithTariff> {
    this.held = await this.entry(wish);
    return this.held;
  }

  async entry(wish: MandateWish): Promise<MandateWithTariff> {
    const agreed = await agreedTariff(this.#signers);
    return { agreedTariff: agreed, mandate: await mandateUnder(this.#signers, agreed, wish) };
  }

  chargingPriorityOf(): Promise<StandInNeighbours['chargingPriority']> {
    return Promise.resolve(this.chargingPriority);
  }

  findMandate(
    _query: object,
    remembered: MandateWithTariff | null,
  ): Promise<MandateWithTariff | null> {
    this.calls.push('findMandate');
    const hash = this.held?.mandate.documentHash;
    return Promise.resolve(hash === remembered?.mandate.documentHash ? remembered : this.held);
  }

  findToken(): Promise<Awaited<ReturnType<Neighbours['findToken']>>> {
    this.calls.push('findToken');
    return Promise.resolve(this.token);
  }

  storeMandate(): Promise<void> {
    this.calls.push('storeMandate');
    return this.storeFailure === null ? Promise.resolve() : Promise.reject(this.storeFailure);
  }

  authorizeOffline(): ReturnType<Neighbours['authorizeOffline']> {
    this.calls.push('authorizeOffline');
    return Promise.resolve(
      this.offline === null
        ? { decision: 'refused', reason: 'home_unreachable' }
        : { decision: 'granted', ...this.offline },
    );
  }

  isStationIdTaken(_utility: string, stationId: string): Promise<boolean> {
    return Promise.resolve(this.takenIds.has(stationId));
  }

  correctCharge({ sessionId }: { sessionId: string }): Promise<void> {
    this.calls.push(`correctCharge ${sessionId}`);
    return this.correctionFailure === null
      ? Promise.resolve()
      : Promise.reject(this.correctionFailure);
  }

  termsWith(): Promise<AgreementTerms | null> {
    this.calls.push('termsWith');
    return Promise.resolve(this.hasAgreement ? this.terms : null);
  }

  authorizeAtHome(): Promise<Verdict> {
    this.calls.push('authorizeAtHome');
    if (this.verdict === 'silent') {
      return Promise.reject(new RoamgridError('peer_unreachable', 'nobody listens'));
    }
    return Promise.resolve(this.verdict);
  }

  async agreeTariff(): Promise<Price> {
    this.calls.push('agreeTariff');
    if (this.price !== null) return this.price;
    const agreed = await agreedTariff(this.#signers);
    return { decision: 'agreed', agreedTariff: agreed, messagesToHome: 2 };
  }

  async requestMandate(
    _homeUtility: string,
    request: Parameters<Neighbours['requestMandate']>[1],
  ): Promise<MandateReply> {
    this.calls.push('requestMandate');
    this.requests.push(request);
    if (this.mandateReply !== null) return this.mandateReply;
    return { decision: 'issued', mandate: (await this.entry(this.wish)).mandate };
  }
}

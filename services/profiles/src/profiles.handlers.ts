import { Controller, Inject } from '@nestjs/common';
import {
  authenticateConsumer,
  createConsumer,
  drainProfiles,
  type DrainRequest,
  findConsumer,
  findMandate,
  issueMandate,
  noteCharge,
  noteAgreementStanding,
  noteMandateUse,
  readRevocations,
  receiveRevocation,
  type ReplyOf,
  type RequestOf,
  resolvePseudonym,
  revokeMandate,
  storeMandate,
  updateConsumer,
} from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { ProfilesUseCases } from './profiles.use-cases.js';

export const PROFILES_USE_CASES = Symbol('ProfilesUseCases');

@Controller()
export class ProfilesHandlers {
  readonly #useCases: ProfilesUseCases;

  constructor(@Inject(PROFILES_USE_CASES) useCases: ProfilesUseCases) {
    this.#useCases = useCases;
  }

  @Handles(authenticateConsumer)
  authenticateConsumer(
    request: RequestOf<typeof authenticateConsumer>,
  ): Promise<ReplyOf<typeof authenticateConsumer>> {
    return this.#useCases.authenticateConsumer(request);
  }

  @Handles(issueMandate)
  issueMandate(request: RequestOf<typeof issueMandate>): Promise<ReplyOf<typeof issueMandate>> {
    return this.#useCases.issueMandate(request);
  }

  @Handles(resolvePseudonym)
  resolvePseudonym(
    request: RequestOf<typeof resolvePseudonym>,
  ): Promise<ReplyOf<typeof resolvePseudonym>> {
    return this.#useCases.resolvePseudonym(request);
  }

  @Handles(findMandate)
  findMandate(request: RequestOf<typeof findMandate>): Promise<ReplyOf<typeof findMandate>> {
    return this.#useCases.findMandate(request);
  }

  @Handles(storeMandate)
  storeMandate(request: RequestOf<typeof storeMandate>): Promise<Record<string, never>> {
    return this.#useCases.storeMandate(request);
  }

  @Handles(noteCharge)
  noteCharge(request: RequestOf<typeof noteCharge>): Promise<Record<string, never>> {
    return this.#useCases.noteCharge(request);
  }

  @Handles(noteMandateUse)
  noteMandateUse(request: RequestOf<typeof noteMandateUse>): Promise<Record<string, never>> {
    return this.#useCases.noteMandateUse(request);
  }

  @Handles(revokeMandate)
  revokeMandate(request: RequestOf<typeof revokeMandate>): Promise<ReplyOf<typeof revokeMandate>> {
    return this.#useCases.revokeMandate(request);
  }

  @Handles(noteAgreementStanding)
  noteAgreementStanding(
    request: RequestOf<typeof noteAgreementStanding>,
  ): Promise<Record<string, never>> {
    return this.#useCases.noteAgreementStanding(request);
  }

  @Handles(receiveRevocation)
  receiveRevocation(request: RequestOf<typeof receiveRevocation>): Promise<Record<string, never>> {
    return this.#useCases.receiveRevocation(request);
  }

  @Handles(readRevocations)
  readRevocations(
    request: RequestOf<typeof readRevocations>,
  ): Promise<ReplyOf<typeof readRevocations>> {
    return this.#useCases.readRevocations(request);
  }

  @Handles(createConsumer)
  createConsumer(
    request: RequestOf<typeof createConsumer>,
  ): Promise<ReplyOf<typeof createConsumer>> {
    return this.#useCases.createConsumer(request);
  }

  @Handles(updateConsumer)
  updateConsumer(
    request: RequestOf<typeof updateConsumer>,
  ): Promise<ReplyOf<typeof updateConsumer>> {
    return this.#useCases.updateConsumer(request);
  }

  @Handles(findConsumer)
  findConsumer(request: RequestOf<typeof findConsumer>): Promise<ReplyOf<typeof findConsumer>> {
    return this.#useCases.findConsumer(request);
  }

  @Handles(drainProfiles)
  drain(request: DrainRequest): Promise<Record<string, never>> {
    return this.#useCases.drain(request);
  }
}

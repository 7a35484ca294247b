import { Controller, Inject } from '@nestjs/common';
import {
  authenticateStation,
  correctMandateUse,
  authorizeRoaming,
  consent,
  decline,
  drainAaa,
  type DrainRequest,
  endMandate,
  isStationIdTaken,
  issueMandate,
  listWireLog,
  noteEnd,
  notePartnerStanding,
  noteStart,
  readStationSession,
  recallMandate,
  recordFrame,
  recordTransactionEvent,
  registerStation,
  type ReplyOf,
  requestMandate,
  type RequestOf,
  resolveSuspense,
  type SignedStationRecord,
  swipe,
} from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { AaaUseCases } from './aaa.use-cases.js';

export const AAA_USE_CASES = Symbol('AaaUseCases');
export const AAA_WIRE_LOG = Symbol('AaaWireLog');
export const AAA_HOME = Symbol('AaaHome');
export const AAA_DRAIN = Symbol('AaaDrain');

type Drain = (request: DrainRequest) => Promise<void>;
type ListWireLog = (request: RequestOf<typeof listWireLog>) => Promise<ReplyOf<typeof listWireLog>>;

type IssueMandate = (
  request: RequestOf<typeof issueMandate>,
) => Promise<ReplyOf<typeof issueMandate>>;

/** What stations do, through the router. */
@Controller()
export class StationHandlers {
  readonly #useCases: AaaUseCases;

  constructor(@Inject(AAA_USE_CASES) useCases: AaaUseCases) {
    this.#useCases = useCases;
  }

  @Handles(authenticateStation)
  authenticateStation(
    request: RequestOf<typeof authenticateStation>,
  ): Promise<ReplyOf<typeof authenticateStation>> {
    return this.#useCases.authenticateStation(request);
  }

  @Handles(recordFrame)
  recordFrame(request: RequestOf<typeof recordFrame>): Promise<Record<string, never>> {
    return this.#useCases.recordFrame(request);
  }

  @Handles(swipe)
  swipe(request: RequestOf<typeof swipe>): Promise<ReplyOf<typeof swipe>> {
    return this.#useCases.swipe(request);
  }

  @Handles(consent)
  consent(request: RequestOf<typeof consent>): Promise<ReplyOf<typeof consent>> {
    return this.#useCases.consent(request);
  }

  @Handles(decline)
  decline(request: RequestOf<typeof decline>): Promise<ReplyOf<typeof decline>> {
    return this.#useCases.decline(request);
  }

  @Handles(recordTransactionEvent)
  recordTransactionEvent(
    request: RequestOf<typeof recordTransactionEvent>,
  ): Promise<ReplyOf<typeof recordTransactionEvent>> {
    return this.#useCases.recordTransactionEvent(request);
  }

  @Handles(readStationSession)
  readStationSession(
    request: RequestOf<typeof readStationSession>,
  ): Promise<ReplyOf<typeof readStationSession>> {
    return this.#useCases.readStationSession(request);
  }
}

/** What partners ask of this utility. */
@Controller()
export class HomeHandlers {
  readonly #useCases: AaaUseCases;
  readonly #issueMandate: IssueMandate;

  constructor(
    @Inject(AAA_USE_CASES) useCases: AaaUseCases,
    @Inject(AAA_HOME) home: { issueMandate: IssueMandate },
  ) {
    this.#useCases = useCases;
    this.#issueMandate = home.issueMandate;
  }

  @Handles(authorizeRoaming)
  authorizeRoaming(
    request: RequestOf<typeof authorizeRoaming>,
  ): Promise<ReplyOf<typeof authorizeRoaming>> {
    return this.#useCases.authorizeRoaming(request);
  }

  @Handles(requestMandate)
  requestMandate(
    request: RequestOf<typeof requestMandate>,
  ): Promise<ReplyOf<typeof requestMandate>> {
    return this.#issueMandate(request);
  }

  @Handles(isStationIdTaken)
  isStationIdTaken(
    request: RequestOf<typeof isStationIdTaken>,
  ): Promise<ReplyOf<typeof isStationIdTaken>> {
    return this.#useCases.isStationIdTaken(request);
  }

  @Handles(noteStart)
  noteStart(request: RequestOf<typeof noteStart>): Promise<Record<string, never>> {
    return this.#useCases.noteStart(request);
  }

  @Handles(endMandate)
  endMandate(request: RequestOf<typeof endMandate>): Promise<Record<string, never>> {
    return this.#useCases.endMandate(request);
  }

  @Handles(recallMandate)
  recallMandate(request: RequestOf<typeof recallMandate>): Promise<ReplyOf<typeof recallMandate>> {
    return this.#useCases.recallMandate(request);
  }

  @Handles(noteEnd)
  noteEnd(request: RequestOf<typeof noteEnd>): Promise<Record<string, never>> {
    return this.#useCases.noteEnd(request);
  }
}

/** What this utility's staff asks, through the portal. */
@Controller()
export class StaffHandlers {
  readonly #useCases: AaaUseCases;
  readonly #listWireLog: ListWireLog;
  readonly #drain: Drain;

  constructor(
    @Inject(AAA_USE_CASES) useCases: AaaUseCases,
    @Inject(AAA_WIRE_LOG) listWireLog: ListWireLog,
    @Inject(AAA_DRAIN) drain: Drain,
  ) {
    this.#useCases = useCases;
    this.#listWireLog = listWireLog;
    this.#drain = drain;
  }

  @Handles(registerStation)
  registerStation(request: RequestOf<typeof registerStation>): Promise<SignedStationRecord> {
    return this.#useCases.registerStation(request);
  }

  @Handles(listWireLog)
  listWireLog(request: RequestOf<typeof listWireLog>): Promise<ReplyOf<typeof listWireLog>> {
    return this.#listWireLog(request);
  }

  @Handles(resolveSuspense)
  resolveSuspense(
    request: RequestOf<typeof resolveSuspense>,
  ): Promise<ReplyOf<typeof resolveSuspense>> {
    return this.#useCases.resolveSuspense(request);
  }

  @Handles(notePartnerStanding)
  notePartnerStanding(
    request: RequestOf<typeof notePartnerStanding>,
  ): Promise<Record<string, never>> {
    return this.#useCases.notePartnerStanding(request);
  }

  @Handles(correctMandateUse)
  correctMandateUse(request: RequestOf<typeof correctMandateUse>): Promise<Record<string, never>> {
    return this.#useCases.correctMandateUse(request);
  }

  @Handles(drainAaa)
  async drain(request: DrainRequest): Promise<Record<string, never>> {
    await this.#drain(request);
    return {};
  }
}

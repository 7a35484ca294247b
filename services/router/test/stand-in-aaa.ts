import { Controller, Inject } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import {
  authenticateStation,
  consent,
  readStationSession,
  recordFrame,
  recordTransactionEvent,
  swipe,
  type ReplyOf,
  type RequestOf,
} from '@roamgrid/contracts';
import { Handles, type BusTransport } from '@roamgrid/messaging';
import { stationPasswordDigest } from '@roamgrid/platform';

type EventReply = ReplyOf<typeof recordTransactionEvent>;
type SwipeReply = ReplyOf<typeof swipe>;

/** An event's answer where nothing is owed or refused. */
export function eventReply(
  event: RequestOf<typeof recordTransactionEvent>,
  changes: Partial<EventReply> = {},
): EventReply {
  return {
    sessionId: event.sessionId ?? event.newSessionId,
    transactionId: event.transactionId ?? '4711',
    state: event.step === 'ended' ? 'ended' : 'charging',
    message: '',
    refusal: null,
    energyKwh: null,
    runningCost: null,
    stop: null,
    bill: null,
    quarantined: null,
    ...changes,
  };
}

/** A utility's aaa that says what a test tells it to, and remembers what it was asked. */
export class StandInAaa {
  readonly stations = new Map<string, string>();
  readonly swipes: RequestOf<typeof swipe>[] = [];
  readonly consents: RequestOf<typeof consent>[] = [];
  readonly events: RequestOf<typeof recordTransactionEvent>[] = [];
  readonly frames: RequestOf<typeof recordFrame>[] = [];
  onSwipe: (request: RequestOf<typeof swipe>) => Promise<SwipeReply> | SwipeReply = (request) => ({
    sessionId: request.sessionId,
    decision: 'refused',
    reason: 'credential_rejected',
    message: 'refused',
    authorizedBy: null,
    homeUtility: null,
    visitedUtility: this.utility,
    quote: null,
  });
  onConsent: (request: RequestOf<typeof consent>) => ReplyOf<typeof consent> = (request) => ({
    sessionId: request.sessionId,
    state: 'consented',
  });
  onEvent: (request: RequestOf<typeof recordTransactionEvent>) => Promise<EventReply> | EventReply =
    (request) => eventReply(request);
  onFrame: (request: RequestOf<typeof recordFrame>) => Promise<void> | void = () => undefined;
  onRead: (request: RequestOf<typeof readStationSession>) => ReplyOf<typeof readStationSession> =
    () => {
      throw new Error('no session');
    };

  constructor(readonly utility: string) {}

  /** Frames that were refused, as `code` and whether they open suspense. */
  get refusals(): { code: string; billing: boolean }[] {
    return this.frames.flatMap((frame) => (frame.refusal === null ? [] : [frame.refusal]));
  }

  forget(): void {
    for (const list of [this.swipes, this.consents, this.events, this.frames]) list.length = 0;
  }
}

@Controller()
class StandInHandlers {
  constructor(@Inject(StandInAaa) private readonly aaa: StandInAaa) {}

  @Handles(authenticateStation)
  async authenticate(request: RequestOf<typeof authenticateStation>) {
    const password = this.aaa.stations.get(request.stationId);
    const accepted =
      password !== undefined &&
      stationPasswordDigest(request.stationId, password) === request.passwordDigest;
    return Promise.resolve({ known: password !== undefined, accepted, station: null });
  }

  @Handles(swipe)
  async swipe(request: RequestOf<typeof swipe>) {
    this.aaa.swipes.push(request);
    return this.aaa.onSwipe(request);
  }

  @Handles(consent)
  async consent(request: RequestOf<typeof consent>) {
    this.aaa.consents.push(request);
    return Promise.resolve(this.aaa.onConsent(request));
  }

  @Handles(recordTransactionEvent)
  async event(request: RequestOf<typeof recordTransactionEvent>) {
    this.aaa.events.push(request);
    return this.aaa.onEvent(request);
  }

  @Handles(recordFrame)
  async frame(request: RequestOf<typeof recordFrame>) {
    this.aaa.frames.push(request);
    await this.aaa.onFrame(request);
    return {};
  }

  @Handles(readStationSession)
  async read(request: RequestOf<typeof readStationSession>) {
    return Promise.resolve(this.aaa.onRead(request));
  }
}

/** Puts a stand-in on the bus. */
export async function startStandInAaa(
  transport: BusTransport,
  aaa: StandInAaa,
): Promise<{ stop(): Promise<void> }> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    {
      module: class StandInModule {},
      controllers: [StandInHandlers],
      providers: [{ provide: StandInAaa, useValue: aaa }],
    },
    { strategy: transport.server(aaa.utility, 'aaa'), logger: false },
  );
  await app.listen();
  return { stop: () => app.close() };
}

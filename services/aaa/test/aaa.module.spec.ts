import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  agreeTariff,
  authenticateConsumer,
  consent,
  findMandate,
  drainAaa,
  issueMandate,
  listWireLog,
  readAgreement,
  readStationSession,
  recordCharge,
  recordTransactionEvent,
  registerStation,
  storeMandate,
  subjectOf,
  swipe,
  traceSteps,
  project,
  noteMandateUse,
  type Contract,
  type ReplyOf,
  type RequestOf,
} from '@roamgrid/contracts';
import { inProcessTransport, NestBus, type BusTransport } from '@roamgrid/messaging';
import { testDatabase } from '@roamgrid/persistence';
import {
  createLog,
  createServiceContext,
  Metrics,
  runService,
  systemIds,
  type RunningService,
} from '@roamgrid/platform';
import { AaaModule, aaaMigrations } from '../src/aaa.module.js';
import { startPair, type Pair } from './aaa-under-test.js';
import { agreedTariff, HOME, mandateUnder, VISITED } from './documents.js';
import { CIN, identityOf, reading } from './station-under-test.js';

interface HandlerTable {
  addHandler(pattern: string, callback: (data: unknown) => Promise<unknown>): void;
  listen(callback: () => void): void;
}

/** Answers in the place of one service of a utility, over the same transport. */
class StandInService {
  readonly heard: { subject: string; payload: unknown }[] = [];
  readonly #server: HandlerTable;

  constructor(transport: BusTransport, utility: string, service: string) {
    this.#server = transport.server(utility, service) as unknown as HandlerTable;
  }

  answers<C extends Contract>(contract: C, reply: ReplyOf<C>): this {
    this.#server.addHandler(subjectOf(contract), (data) => {
      const { payload } = data as { payload: unknown };
      const request = contract.request.parse(payload) as RequestOf<C>;
      this.heard.push({ subject: subjectOf(contract), payload: request });
      return Promise.resolve({ ok: true, payload: contract.reply.parse(reply) });
    });
    return this;
  }

  listen(): void {
    this.#server.listen(() => undefined);
  }
}

let pair: Pair;
const running: RunningService[] = [];
const transport = inProcessTransport();
const heard: StandInService[] = [];

async function startAaa(utility: string): Promise<void> {
  const test = await testDatabase(pair.server, { schema: 'aaa', migrations: aaaMigrations });
  const context = createServiceContext({
    utility,
    service: 'aaa',
    database: test.database,
    transport,
    signer: await pair.keys.signer(utility, 'aaa'),
    registry: pair.keys.registry,
    clock: pair.clock,
    ids: systemIds,
    log: createLog('error'),
    metrics: new Metrics(),
    secret: new Uint8Array(32),
    keyFolder: pair.keys.folder,
  });
  running.push(await runService(context, AaaModule.with(context)));
}

beforeAll(async () => {
  pair = await startPair();
  const agreed = await agreedTariff(pair.signers);
  const mandate = await mandateUnder(pair.signers, agreed);
  for (const utility of [HOME, VISITED]) {
    const standIn = new StandInService(transport, utility, 'others')
      .answers(findMandate, { isRemembered: false, entry: null })
      .answers(storeMandate, {})
      .answers(noteMandateUse, {})
      .answers(readAgreement, { agreement: null })
      .answers(agreeTariff, {
        decision: 'agreed',
        agreedTariff: agreed,
        messagesToHome: 0,
      })
      .answers(authenticateConsumer, {
        decision: 'accepted',
        consumerId: 'c-1',
        pseudonym: 'ps-1',
        customerClass: 'residential',
        assurance: 'claimed',
        maxConcurrentSessions: 1,
      })
      .answers(issueMandate, { decision: 'issued', mandate })
      .answers(recordCharge, {})
      .answers(project, {})
      .answers(traceSteps, {});
    standIn.listen();
    heard.push(standIn);
    await startAaa(utility);
  }
});

afterAll(async () => {
  for (const service of running) await service.stop();
  await pair.stop();
});

function ask<C extends Contract>(contract: C, payload: RequestOf<C>): Promise<ReplyOf<C>> {
  const bus = new NestBus({
    client: transport.client(),
    from: 'router',
    now: () => pair.clock.now(),
    newTraceId: () => systemIds.uuid(),
  });
  return bus.request(contract, VISITED, payload as never);
}

describe('AAA over the bus', () => {
  it('refuses a roaming driver without agreement, and charges a domestic one to the end', async () => {
    const stationId = 'DUKE-CLT-001';
    await ask(registerStation, {
      record: {
        type: 'stationRecord',
        schemaVersion: 1,
        stationId,
        provider: 'queen-city-parking',
        providerSharePercentage: '10',
        place: 'Charlotte NC',
        timeZone: 'America/New_York',
        stationClass: 'AC',
        taxes: [],
        evses: [{ connectorId: 1, powerW: '22000', currentType: 'AC', meterSerial: null }],
      },
      passwordDigest: 'd'.repeat(64),
    });
    const wire = {
      protocol: 'http' as const,
      messageId: null,
      action: 'step',
      receivedAt: pair.clock.at(0),
      raw: '{}',
    };
    const swipeOf = (home: string): RequestOf<typeof swipe> => ({
      sessionId: systemIds.uuid(),
      stationId,
      connectorId: 1,
      identity: { ...identityOf(CIN), outcome: 'read', homeUtility: home } as never,
      medium: 'rfid',
      assurance: 'claimed',
      pin: null,
      requestedEnergyKwh: null,
      idempotencyKey: null,
      wire,
    });
    expect((await ask(swipe, swipeOf(HOME))).reason).toBe('no_agreement');
    const { sessionId, quote, decision } = await ask(swipe, swipeOf(VISITED));
    expect(decision).toBe('quoted');
    const quoteHash = quote?.documentHash ?? '';
    expect(await ask(consent, { sessionId, stationId, quoteHash, wire })).toMatchObject({
      state: 'consented',
    });
    const event = (step: 'started' | 'ended', meterWh: string) =>
      ask(recordTransactionEvent, {
        stationId,
        step,
        transactionId: sessionId,
        sessionId,
        newSessionId: null,
        naturalKey: `http:${sessionId}:${step}`,
        payloadHash: '1'.repeat(64),
        sequenceNumber: null,
        connectorId: null,
        identity: null,
        at: pair.clock.at(0),
        offline: false,
        readings: [reading(pair.clock.at(0), meterWh)],
        meterSerial: null,
        signedData: null,
        activity: null,
        stopReason: null,
        showsPrice: true,
        wire,
      });
    await event('started', '1000');
    pair.clock.advanceMinutes(30);
    const stopped = await event('ended', '6000');
    expect(stopped.bill?.totalInclTax).toBe('2.10');
    expect(await ask(readStationSession, { stationId, sessionId })).toMatchObject({
      state: 'ended',
      energyKwh: '5.000',
    });
    const all = { action: null, direction: null, from: null, to: null };
    const log = await ask(listWireLog, { stationId, limit: 50, cursor: null, ...all });
    expect(log.items).toHaveLength(5);
    const narrowed = async (filter: object): Promise<number> =>
      (await ask(listWireLog, { stationId, limit: 50, cursor: null, ...all, ...filter })).items
        .length;
    const action = log.items[0]?.action ?? '';
    const same = log.items.filter((item) => item.action === action).length;
    expect(await narrowed({ action })).toBe(same);
    expect(await narrowed({ direction: 'out' })).toBe(0);
    expect(await narrowed({ to: '2001-01-01T00:00:00Z' })).toBe(0);
    expect(await narrowed({ from: '2001-01-01T00:00:00Z' })).toBe(5);
    await ask(drainAaa, { recipients: 'everyone' });
    const subjects = heard.flatMap((service) => service.heard.map(({ subject }) => subject));
    expect(subjects).toContain(subjectOf(recordCharge));
    expect(subjects).toContain(subjectOf(project));
  });
});

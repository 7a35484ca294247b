import type {
  recordTransactionEvent,
  ReplyOf,
  RequestOf,
  swipe,
  WireFrame,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { sha256Hex, systemIds } from '@roamgrid/platform';
import type { AaaUnderTest } from './aaa-under-test.js';
import { HOME } from './documents.js';

export const CIN = '84000195011000012374';

type SwipeRequest = RequestOf<typeof swipe>;
type EventRequest = RequestOf<typeof recordTransactionEvent>;

export const identityOf = (value: string): SwipeRequest['identity'] => ({
  outcome: 'read',
  identity: { kind: 'cin', value },
  homeUtility: HOME,
});

/** A station of its own for each test, in whichever protocol it speaks. */
export class StationUnderTest {
  static #count = 0;
  readonly stationId: string;
  readonly aaa: AaaUnderTest;

  private constructor(aaa: AaaUnderTest, stationId: string) {
    this.aaa = aaa;
    this.stationId = stationId;
  }

  static async register(
    aaa: AaaUnderTest,
    connectorIds: readonly number[] = [1, 2],
    meterKey?: string,
  ): Promise<StationUnderTest> {
    StationUnderTest.#count += 1;
    const stationId = `DUKE-T-${String(StationUnderTest.#count)}`;
    await aaa.registerStation(
      stationId,
      connectorIds,
      meterKey === undefined ? null : 'M-1',
      meterKey,
    );
    return new StationUnderTest(aaa, stationId);
  }

  wire(action: string, raw = '{}'): WireFrame {
    const receivedAt = this.aaa.clock.at(0);
    return { protocol: 'http', messageId: null, action, receivedAt, raw };
  }

  swipe(changes: Partial<SwipeRequest> = {}): Promise<ReplyOf<typeof swipe>> {
    return this.aaa.useCases.swipe({
      sessionId: systemIds.uuid(),
      stationId: this.stationId,
      connectorId: 1,
      identity: identityOf(CIN),
      medium: 'rfid',
      assurance: 'claimed',
      pin: null,
      requestedEnergyKwh: null,
      idempotencyKey: null,
      wire: this.wire('swipe'),
      ...changes,
    });
  }

  consent(sessionId: string, quoteHash: string, stationId = this.stationId) {
    return this.aaa.useCases.consent({
      sessionId,
      stationId,
      quoteHash,
      wire: this.wire('consent'),
    });
  }

  /** a session whose driver said yes; another consumer for each pseudonym */
  async consented(changes: Partial<SwipeRequest> = {}): Promise<string> {
    const quoted = await this.swipe(changes);
    if (quoted.quote === null) throw new Error(`refused: ${String(quoted.reason)}`);
    await this.consent(quoted.sessionId, quoted.quote.documentHash);
    return quoted.sessionId;
  }

  /** a step of the HTTP API; `meterWh` null leaves the register out */
  http(
    sessionId: string,
    step: EventRequest['step'],
    meterWh: string | null,
    changes: Partial<EventRequest> = {},
  ) {
    const at = changes.at ?? this.aaa.clock.at(0);
    const payloadHash = sha256Hex([sessionId, step, at, String(meterWh)].join());
    return this.record({
      step,
      sessionId,
      transactionId: sessionId,
      naturalKey: `http:${sessionId}:${step}:${payloadHash}`,
      payloadHash,
      readings: meterWh === null ? [] : [reading(at, meterWh)],
      at,
      ...changes,
    });
  }

  /** an OCPP 2.0.1 TransactionEvent */
  ocpp201(
    transactionId: string,
    step: EventRequest['step'],
    sequenceNumber: number,
    meterWh: string | null,
    changes: Partial<EventRequest> = {},
  ) {
    const at = changes.at ?? this.aaa.clock.at(0);
    const payloadHash = sha256Hex([transactionId, step, at, String(meterWh)].join());
    return this.record({
      step,
      transactionId,
      newSessionId: step === 'started' ? systemIds.uuid() : null,
      naturalKey: `ocpp2.0.1:${transactionId}:${String(sequenceNumber)}`,
      payloadHash,
      sequenceNumber,
      connectorId: 1,
      identity: step === 'started' ? identityOf(CIN) : null,
      readings: meterWh === null ? [] : [reading(at, meterWh)],
      at,
      ...changes,
    });
  }

  record(
    changes: Partial<EventRequest> & Pick<EventRequest, 'step' | 'naturalKey' | 'payloadHash'>,
  ) {
    return this.aaa.useCases.recordTransactionEvent({
      stationId: this.stationId,
      transactionId: null,
      sessionId: null,
      newSessionId: null,
      sequenceNumber: null,
      connectorId: null,
      identity: null,
      at: this.aaa.clock.at(0),
      offline: false,
      readings: [],
      meterSerial: null,
      signedData: null,
      activity: null,
      stopReason: changes.step === 'ended' ? 'Local' : null,
      showsPrice: true,
      wire: this.wire(changes.step),
      ...changes,
    });
  }
}

export const reading = (at: string, meterWh: string): EventRequest['readings'][number] => ({
  at,
  meterWh,
  powerW: null,
  stateOfChargePercent: null,
});

/** The code that a refusal carries; anything else is not caught. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing was thrown';
  } catch (error) {
    if (error instanceof RoamgridError) return error.code;
    throw error;
  }
}

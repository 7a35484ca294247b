import {
  recordFrame,
  recordTransactionEvent,
  type ReplyOf,
  type RequestInput,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { MeterRead } from './sampled-values.js';
import type { StationCall } from './station-call.js';

export type EventReply = ReplyOf<typeof recordTransactionEvent>;
type EventRequest = RequestInput<typeof recordTransactionEvent>;

export type OcppEvent = Omit<
  EventRequest,
  'stationId' | 'payloadHash' | 'wire' | 'sessionId' | 'readings' | 'signedData' | 'meterSerial'
>;

const CONNECTORS = { least: 1, most: 99 };

/** A connector as messages name it; what cannot be one is left to the session's own. */
export function connectorOf(digits: string | undefined): number | null {
  const connector = Number(digits ?? '0');
  return Number.isInteger(connector) &&
    connector >= CONNECTORS.least &&
    connector <= CONNECTORS.most
    ? connector
    : null;
}

/** Opens suspense for a frame that the station is answered normally all the same. */
async function setAside(call: StationCall, code: string): Promise<void> {
  await call.context.bus.request(recordFrame, call.station.utility, {
    stationId: call.station.stationId,
    direction: 'in',
    wire: call.wire,
    refusal: { code, billing: true },
    effect: null,
  });
}

/** What is said of an event that aaa would not take: a start is not let run, the rest is received. */
function answerSetAside(event: OcppEvent, code: string): EventReply {
  return {
    sessionId: null,
    transactionId: event.transactionId ?? '0',
    state: 'suspense',
    message: '',
    refusal: event.step === 'started' ? 'credential_rejected' : null,
    energyKwh: null,
    runningCost: null,
    stop: null,
    bill: null,
    quarantined: code,
  };
}

/**
 * Hands a metered step to aaa. What aaa will never take, and register values that cannot be told exactly,
 * open suspense; the station is answered normally, for it would drop what is answered with an error.
 * @throws RoamgridError when aaa may take it later: then there is no answer, and the station repeats
 */
export async function recordEvent(
  call: StationCall,
  meter: MeterRead,
  event: OcppEvent,
): Promise<EventReply> {
  const { stationId, utility } = call.station;
  try {
    const reply = await call.context.bus.request(recordTransactionEvent, utility, {
      ...event,
      stationId,
      sessionId: null,
      payloadHash: call.payloadHash,
      readings: [...meter.readings],
      signedData: meter.signedData,
      meterSerial: null,
      wire: call.wire,
    });
    call.context.probes.note(stationId, reply.refusal);
    if (meter.unreadable > 0) await setAside(call, 'reading_unreadable');
    return reply;
  } catch (error) {
    if (!(error instanceof RoamgridError) || mayPass(error)) throw error;
    call.context.log.warn({ stationId, code: error.code }, 'an event was set aside');
    await setAside(call, error.code);
    return answerSetAside(event, error.code);
  }
}

/** A failure that passes: the same event may be taken when it is sent again. */
export function mayPass(error: RoamgridError): boolean {
  return error.next === 'retrySame' || error.next === 'unknownOutcome';
}

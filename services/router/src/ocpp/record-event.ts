import {
  recordFrame,
  recordTransactionEvent,
  type ReplyOf,
  type RequestInput,
} from '@roamgrid/contracts';
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

/**
 * Hands a metered step to aaa. Register values that cannot be told exactly are not passed on as anything
 * else: the frame opens suspense, and the station is answered normally.
 */
export async function recordEvent(
  call: StationCall,
  meter: MeterRead,
  event: OcppEvent,
): Promise<EventReply> {
  const { bus } = call.context;
  const { stationId, utility } = call.station;
  const reply = await bus.request(recordTransactionEvent, utility, {
    ...event,
    stationId,
    sessionId: null,
    payloadHash: call.payloadHash,
    readings: [...meter.readings],
    signedData: meter.signedData,
    meterSerial: null,
    wire: call.wire,
  });
  if (meter.unreadable > 0) {
    await bus.request(recordFrame, utility, {
      stationId,
      direction: 'in',
      wire: call.wire,
      refusal: { code: 'reading_unreadable', billing: true },
      effect: null,
    });
  }
  return reply;
}

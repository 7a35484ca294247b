import {
  recordTransactionEvent,
  type MeterReading,
  type ReplyOf,
  type WireFrame,
} from '@roamgrid/contracts';
import type { RouterContext } from '../router.context.js';
import type { AuthenticatedStation } from '../stations/station-directory.js';

export interface HttpStep {
  readonly station: AuthenticatedStation;
  readonly sessionId: string;
  readonly step: 'started' | 'updated' | 'ended';
  readonly readings: readonly MeterReading[];
  readonly at: string;
  readonly offline: boolean;
  readonly meterSerial: string | null;
  readonly signedData: { readonly format: string; readonly value: string } | null;
  readonly stopReason: string | null;
  /** SHA-256 of the body's canonical form: sent twice, it has one effect and one answer */
  readonly payloadHash: string;
  readonly wire: WireFrame;
}

/** A metered step of a session that the station names. The session's id is its transaction's. */
export function recordHttpStep(
  context: RouterContext,
  input: HttpStep,
): Promise<ReplyOf<typeof recordTransactionEvent>> {
  const { station, sessionId, step, payloadHash } = input;
  return context.bus.request(recordTransactionEvent, station.utility, {
    stationId: station.stationId,
    step,
    transactionId: sessionId,
    sessionId,
    newSessionId: null,
    naturalKey: `http:${sessionId}:${step}:${payloadHash}`,
    payloadHash,
    sequenceNumber: null,
    connectorId: null,
    identity: null,
    at: input.at,
    offline: input.offline,
    readings: [...input.readings],
    meterSerial: input.meterSerial,
    signedData: input.signedData,
    activity: null,
    stopReason: input.stopReason,
    showsPrice: true,
    wire: input.wire,
  });
}

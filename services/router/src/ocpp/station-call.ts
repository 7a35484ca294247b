import { recordFrame, type RequestInput, type WireFrame } from '@roamgrid/contracts';
import type { Exact, ExactObject } from '../exact/exact-json.js';
import type { CallOutcome } from '../ports.js';
import type { RouterParts } from '../router.context.js';
import type { AuthenticatedStation } from '../stations/station-directory.js';
import type { StationMemory } from './station-memory.js';

/** A station's call whose payload has the shape that its version's schema asks for. */
export interface StationCall {
  readonly context: RouterParts;
  readonly station: AuthenticatedStation;
  readonly payload: ExactObject;
  /** SHA-256 of the canonical payload, tokens masked */
  readonly payloadHash: string;
  readonly wire: WireFrame;
  readonly linkIsPrivate: boolean;
  readonly memory: StationMemory;
}

/** What the station is told, and what the router does once it was told. */
export interface Answer {
  readonly payload: object;
  readonly afterwards?: (link: StationLink) => void;
}

/** The way back to the station whose call was answered. */
export interface StationLink {
  call(action: string, payload: object): Promise<CallOutcome>;
  /** runs `work` at most once a second per subject; of what comes in between, the last */
  paced(subject: string, work: () => Promise<void>): void;
  /** nothing that waits for this subject's turn will run */
  forget(subject: string): void;
}

export type ActionHandler = (call: StationCall) => Promise<Answer>;
export type ActionTable = ReadonlyMap<string, ActionHandler>;

/** The payload under its type; the schema has checked it. */
export function payloadOf<T>(call: StationCall): Exact<T> {
  return call.payload as unknown as Exact<T>;
}

type Effect = RequestInput<typeof recordFrame>['effect'];

/** Keeps a call that is no step of a charge. */
export function keep(call: StationCall, effect: Effect = null): Promise<void> {
  return record(call, null, effect);
}

/** Keeps a call whose answer says no, though no error: nobody was asked. */
export function keepRefused(call: StationCall, code: string): Promise<void> {
  return record(call, { code, billing: false }, null);
}

async function record(
  call: StationCall,
  refusal: RequestInput<typeof recordFrame>['refusal'],
  effect: Effect,
): Promise<void> {
  const { stationId, utility } = call.station;
  const { wire } = call;
  await call.context.bus.request(recordFrame, utility, {
    stationId,
    direction: 'in',
    wire,
    refusal,
    effect,
  });
}

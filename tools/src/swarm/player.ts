import type { MeterStep } from './script.js';
import type { StationLine } from './station-line.js';

/** How the books name a charge: by the gateway's session id, or by the station's transaction. */
export type ChargeName = { readonly sessionId: string } | { readonly transactionId: string };

/** Where and by whom. */
export interface Visit {
  readonly connectorId: number;
  readonly cin: string;
}

export type Decision =
  | { readonly isAccepted: true }
  /** the reason as the protocol tells it */
  | { readonly isAccepted: false; readonly reason: string };

export const ACCEPTED: Decision = { isAccepted: true };

/** A call of the gateway to a station, by its own name. */
export interface RemoteCall {
  readonly action: string;
  readonly payload: object;
}

/** A station that its utility can call. */
export interface CalledStation {
  readonly line: StationLine;
  startCall(visit: Visit): RemoteCall;
  /** @throws Error before a charge has begun */
  stopCall(): RemoteCall;
}

/** One station of the swarm, speaking its protocol; one charge at a time. */
export interface StationPlayer {
  /** null where the protocol has no calls to the station */
  readonly called: CalledStation | null;
  /** The driver shows the card. */
  authorize(visit: Visit): Promise<Decision>;
  /** Somebody else shows a card while a charge runs, which goes on as if nobody had. */
  showOther(visit: Visit): Promise<Decision & { readonly name: ChargeName | null }>;
  /** The driver says yes where the protocol asks for it, and the cable is plugged in. */
  begin(visit: Visit): Promise<void>;
  /** Delivers one event; a start may still be refused. */
  deliver(step: MeterStep): Promise<Decision>;
  /** null before the gateway or the station has named it */
  name(): ChargeName | null;
  /** The same station for another charge at the same time. */
  beside(): StationPlayer;
  /** The station was without power, or without its line. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

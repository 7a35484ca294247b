import type {
  Assurance,
  Medium,
  MeterReading,
  RefusalReason,
  RequestOf,
  SessionKind,
  recordTransactionEvent,
  SignedAgreedTariff,
  SignedConsent,
  SignedMandate,
  SignedQuote,
} from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';
import type { SessionState } from './session-states.js';

export type TransactionEvent = RequestOf<typeof recordTransactionEvent>;

/** A register reading with what the station was doing from it on. */
export interface SessionReading extends MeterReading {
  readonly activity: 'charging' | 'idle';
}

/** What was agreed before the charge; does not change once the driver consented. */
export interface SessionTerms {
  readonly mandate: SignedMandate;
  readonly agreedTariff: SignedAgreedTariff;
  readonly quote: SignedQuote;
}

/** What happens during the charge. */
export interface SessionProgress {
  readonly consent: SignedConsent | null;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly readings: readonly SessionReading[];
  readonly meterSerial: string | null;
  readonly signedStart: { readonly format: string; readonly value: string } | null;
  readonly signedStop: { readonly format: string; readonly value: string } | null;
  readonly stopReason: string | null;
  readonly flags: readonly string[];
}

/** One driver at one connector, from the swipe on. */
export interface Session {
  readonly sessionId: string;
  readonly stationId: string;
  readonly connectorId: number | null;
  readonly state: SessionState;
  readonly homeUtility: string | null;
  /** keyed hash of what the driver showed; binds an OCPP start to its quote */
  readonly identityKey: string | null;
  readonly identityMasked: string;
  readonly medium: Medium;
  readonly kind: SessionKind;
  readonly assurance: Assurance;
  readonly authorizedBy: 'home' | 'visitingProfile' | 'offlineRule' | null;
  readonly homeCalls: number;
  readonly refusal: RefusalReason | null;
  readonly message: string;
  readonly transactionId: string | null;
  readonly swipedMs: InstantMs;
  /** when a quote or consent runs out; null once charging */
  readonly expiresMs: InstantMs | null;
  readonly terms: SessionTerms | null;
  readonly progress: SessionProgress;
}

export const NO_PROGRESS: SessionProgress = {
  consent: null,
  startAt: null,
  endAt: null,
  readings: [],
  meterSerial: null,
  signedStart: null,
  signedStop: null,
  stopReason: null,
  flags: [],
};

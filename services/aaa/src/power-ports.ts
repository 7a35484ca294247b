import type { StationRecordDocument } from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';

/** How a station took a limit. `unsupported`: it knows no such call. */
export type LimitOutcome =
  'accepted' | 'rejected' | 'unsupported' | 'error' | 'timeout' | 'offline';

/** The last limit that a charge's station was told of. */
export interface ToldLimit {
  readonly limitW: bigint;
  readonly outcome: LimitOutcome;
  /** when it may be told again; null where it is not */
  readonly retryMs: InstantMs | null;
}

/** A charge that runs at a station whose site has a limit. */
export interface LiveCharge {
  readonly sessionId: string;
  readonly stationId: string;
  readonly connectorId: number;
  readonly transactionId: string;
  readonly isIdle: boolean;
  /** as the quote said it */
  readonly priority: number;
  readonly powerSharePercentage: string | null;
  readonly told: ToldLimit | null;
}

export interface PowerStore {
  /** stations of ours whose record names a site's power */
  limitedStations(): Promise<StationRecordDocument[]>;
  liveCharges(stationIds: readonly string[]): Promise<LiveCharge[]>;
}

/** Part of a transaction: what a station was told, beside the trace that shows it. */
export interface LimitBook {
  keep(sessionId: string, told: ToldLimit): Promise<void>;
}

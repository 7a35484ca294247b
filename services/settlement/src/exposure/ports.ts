import type { EXPOSURE_STATES } from '@roamgrid/contracts';
import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';

export type ExposureState = (typeof EXPOSURE_STATES)[number];

/** What a partner owes, as the journal's accounts add up, and what it may grow to. */
export interface Exposure {
  readonly partner: string;
  readonly currency: CurrencyCode;
  readonly exposureMinor: bigint;
  readonly warnAtMinor: bigint | null;
  readonly suspendAtMinor: bigint | null;
  readonly state: ExposureState;
  readonly sinceMs: InstantMs | null;
}

/** Kept by the journal itself: an entry that changes what a partner owes changes it here. */
export interface ExposureBook {
  all(): Promise<Exposure[]>;
  /** Locks all of a partner's rows. */
  lock(partner: string): Promise<Exposure[]>;
  setLimit(
    partner: string,
    currency: CurrencyCode,
    limit: Pick<Exposure, 'warnAtMinor' | 'suspendAtMinor'>,
  ): Promise<void>;
  setState(
    partner: string,
    currency: CurrencyCode,
    state: ExposureState,
    sinceMs: InstantMs,
  ): Promise<void>;
  /** Exposures that are not the sum of the journal's accounts. */
  inconsistent(): Promise<{ checked: number; partners: string[] }>;
}

/** Where exposures are shown to whoever watches. */
export interface ExposureGauge {
  show(exposure: Exposure): void;
}

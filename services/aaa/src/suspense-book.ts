import type { InstantMs } from '@roamgrid/kernel';

/** An item of suspense: it never expires silently. */
export interface SuspenseItem {
  readonly suspenseId: string;
  readonly atMs: InstantMs;
  readonly stationId: string;
  readonly sessionId: string | null;
  readonly transactionId: string | null;
  readonly code: string;
  readonly detail: string;
  readonly evidence: unknown;
}

/** A suspense item that is still open, as it is shown. */
export interface OpenSuspense extends Omit<SuspenseItem, 'atMs' | 'evidence'> {
  readonly at: string;
  /** energy that the item sets aside */
  readonly energyKwh: string;
}

export type SuspenseEnd = 'billed' | 'credited' | 'written_off';

export interface SuspenseBook {
  open(item: SuspenseItem): Promise<void>;
  /** the start that was missed has come: its item is no loss any more */
  join(stationId: string, transactionId: string): Promise<void>;
  isOpen(stationId: string, transactionId: string, code: string): Promise<boolean>;
  lockOpen(suspenseId: string): Promise<OpenSuspense | null>;
  /** open, or ended before */
  isKnown(suspenseId: string): Promise<boolean>;
  /** ends it for good, with who ended it and why */
  end(item: OpenSuspense, state: SuspenseEnd, resolution: unknown): Promise<void>;
  openOf(sessionId: string): Promise<OpenSuspense[]>;
}

import type { SignedMandate } from '@roamgrid/contracts';
import type { EnergyMilliWh, InstantMs } from '@roamgrid/kernel';

/** What a mandate has left: cap − consumed − reserved. */
export interface MandateBalance {
  readonly energyMilliWh: EnergyMilliWh;
  readonly minor: bigint;
  readonly openReservations: number;
  /** something was charged under it */
  readonly isUsed: boolean;
  /** withdrawn, given back or spent: no further session begins under it */
  readonly isClosed: boolean;
}

export interface Reservation {
  readonly energyMilliWh: EnergyMilliWh;
  readonly minor: bigint;
}

/** What a CDR that was taken back, and the one in its place, make of a mandate's use; negative where it is less. */
export interface UseCorrection {
  readonly cdrCreditId: string;
  readonly sessionId: string;
  readonly mandateId: string;
  readonly by: Reservation;
}

export interface MandateBook {
  lockBalance(mandate: SignedMandate): Promise<MandateBalance>;
  reserve(sessionId: string, mandateId: string, reservation: Reservation): Promise<void>;
  /** gives back what was reserved and books what was used */
  settle(
    sessionId: string,
    mandateId: string,
    usedEnergyMilliWh: EnergyMilliWh,
    usedMinor: bigint,
  ): Promise<void>;
  /**
   * Books the difference that a correction makes.
   *
   * @returns false where the same correction is booked already
   */
  correct(correction: UseCorrection): Promise<boolean>;
  /** adds to what a session reserved; the caller holds the lock of the balance */
  extend(sessionId: string, by: Reservation): Promise<void>;
  reservationOf(sessionId: string): Promise<Reservation | null>;
  close(mandateId: string): Promise<void>;
  /** As it stands, and nobody else changes it until the transaction ends; also of one not seen yet. */
  lockStanding(
    mandateId: string,
  ): Promise<{ readonly isTaken: boolean; readonly homeUtility: string | null }>;
  /** a session is quoted under a mandate that is good for one */
  addQuoted(mandate: SignedMandate, sessionId: string, atMs: InstantMs): Promise<void>;
  /** sessions under a mandate for one that were quoted and may still charge */
  liveSessions(mandateId: string): Promise<string[]>;
}

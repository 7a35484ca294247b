import type {
  callStation,
  Operation,
  readStationCall,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';

/** Calls towards stations, kept from the moment they are asked for. */
export interface OperationStore {
  insert(operation: Operation): Promise<void>;
  /** writes how it ended, once: what is over stays as it is. @returns the operation as it stands */
  end(operation: Operation): Promise<Operation>;
  find(operationId: string): Promise<Operation | null>;
}

/** A connector kept for a driver; without one named, any of the station's. */
export interface ConnectorReservation {
  readonly stationId: string;
  readonly reservationId: number;
  readonly connectorId: number | null;
  /** keyed hash of what the driver will show */
  readonly identityKey: string;
  readonly tier: Tier;
  readonly expiresMs: InstantMs;
}

/** How a kept connector ended before its time was over. */
export type ReservationEnd = 'used' | 'cancelled' | 'displaced';

export interface KeptReservation {
  readonly expiresMs: InstantMs;
  readonly endedAs: ReservationEnd | null;
}

export interface ReservationStore {
  keep(reservation: ConnectorReservation): Promise<void>;
  /** the first end holds */
  end(stationId: string, reservationId: number, as: ReservationEnd): Promise<void>;
  find(stationId: string, reservationId: number): Promise<KeptReservation | null>;
  /** the call by which home cancels, if it does; `reservationId` as home knows it */
  cancellationOf(reservationId: string): Promise<string | null>;
  /**
   * The right to call the station; of several who ask at once one has it.
   *
   * @param earlier the call that failed before, null where there was none
   */
  claimCancellation(
    reservationId: string,
    operationId: string,
    earlier: string | null,
  ): Promise<boolean>;
  /** one of another driver that still holds the same connector */
  inTheWay(
    reservation: ConnectorReservation,
    nowMs: InstantMs,
  ): Promise<ConnectorReservation | null>;
}

/** The router that holds this utility's stations. */
export interface StationCaller {
  read(call: RequestOf<typeof readStationCall>): Promise<ReplyOf<typeof readStationCall>>;
  call(call: RequestOf<typeof callStation>): Promise<ReplyOf<typeof callStation>>;
}

/** Loyalty tiers, the first to be served last. */
export const TIERS = ['none', 'Gold', 'Diamond', 'Platinum'] as const;
export type Tier = (typeof TIERS)[number];

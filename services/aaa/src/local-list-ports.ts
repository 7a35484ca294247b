import type { Identity, SignedMandate, StationClass } from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';

/** A driver who was shown at a station of this utility, with the mandate that answers for them. */
export interface ShownIdentifier {
  readonly identityKey: string;
  /** the identifier, readable for this service alone */
  readonly sealed: Uint8Array;
  readonly stationClass: StationClass;
  readonly mandate: SignedMandate;
  readonly atMs: InstantMs;
}

/** An identifier that a station may know, until the end of its mandate. */
export interface ListedIdentifier {
  readonly identityKey: string;
  readonly identity: Identity;
  /** RFC 3339 */
  readonly expiresAt: string;
}

/**
 * What is known of a station's list: `sure` it holds `entries`; `unchecked` it held them before the station
 * connected anew; `unknown`; the station has no list.
 */
export type ListStanding = 'unknown' | 'unchecked' | 'sure' | 'unsupported';

export interface StationList {
  readonly stationId: string;
  readonly stationClass: StationClass;
  /** the highest that was ever sent; 0 where none was */
  readonly version: number;
  readonly standing: ListStanding;
  /** when each identifier runs out, by its keyed hash */
  readonly entries: Readonly<Record<string, string>>;
  /** nothing is sent before */
  readonly retryMs: InstantMs | null;
}

/** An identifier whose mandate has not been looked at for a while. */
export interface UncheckedIdentifier {
  readonly identityKey: string;
  readonly identity: Identity;
  readonly stationClass: StationClass;
  readonly homeUtility: string;
}

export interface LocalListStore {
  /**
   * Stations that are connected as far as they told, or spoke since `sinceMs`: of a station that comes back at
   * once the end of the old connection may be heard after the begin of the new one.
   */
  listsOfPresent(sinceMs: InstantMs): Promise<StationList[]>;
  /** those who may charge at stations of a class, the last seen first */
  listed(stationClass: StationClass, nowMs: InstantMs, limit: number): Promise<ListedIdentifier[]>;
  /** what was hashed: of identifiers that are on a station's list and no longer may be */
  openAll(
    stationClass: StationClass,
    identityKeys: readonly string[],
  ): Promise<ReadonlyMap<string, Identity>>;
  /** listed, and last looked at before `beforeMs` */
  unchecked(beforeMs: InstantMs, limit: number): Promise<UncheckedIdentifier[]>;
  noteChecked(of: UncheckedIdentifier, isHeld: boolean, atMs: InstantMs): Promise<void>;
  /** A version above `heard` and above every one before, committed before it is sent; the list is unknown. */
  claimVersion(stationId: string, heard: number): Promise<number>;
  /** what the station answered to a version; nothing changes where a later one was sent since */
  settle(
    stationId: string,
    version: number,
    outcome: Pick<StationList, 'standing' | 'entries' | 'retryMs'>,
  ): Promise<void>;
}

import { RoamgridError } from './errors.js';

declare const brand: unique symbol;

/** A value that only its parser makes. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A utility's name in paths, subjects and documents: `duke-energy`. */
export type UtilitySlug = Branded<string, 'UtilitySlug'>;
/** A charging station's identity: `DUKE-CLT-001`. */
export type StationId = Branded<string, 'StationId'>;
/** UUIDv7 minted by the router at the swipe. */
export type SessionId = Branded<string, 'SessionId'>;

const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const STATION = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,47}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws RoamgridError `malformed_identifier` */
export function parseUtilitySlug(text: string): UtilitySlug {
  if (!SLUG.test(text) || text.length > 48) {
    throw new RoamgridError('malformed_identifier', 'not a utility name');
  }
  return text as UtilitySlug;
}

/** @throws RoamgridError `malformed_identifier` */
export function parseStationId(text: string): StationId {
  if (!STATION.test(text)) throw new RoamgridError('malformed_identifier', 'not a station id');
  return text as StationId;
}

/** @throws RoamgridError `malformed_identifier` */
export function parseSessionId(text: string): SessionId {
  if (!UUID.test(text)) throw new RoamgridError('malformed_identifier', 'not a session id');
  return text as SessionId;
}

import { RoamgridError } from './errors.js';

declare const brand: unique symbol;

/** A value that only its parser makes. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A utility's name in paths, subjects and documents: `duke-energy`. */
export type UtilitySlug = Branded<string, 'UtilitySlug'>;

const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** @throws RoamgridError `malformed_identifier` */
export function parseUtilitySlug(text: string): UtilitySlug {
  if (!SLUG.test(text) || text.length > 48) {
    throw new RoamgridError('malformed_identifier', 'not a utility name');
  }
  return text as UtilitySlug;
}

/** The token under which controllers get what they stand on. */
export const PORTAL = Symbol('portal');

/** What handlers are given: `Ports`. */
export const PORTS = Symbol('settlement ports');

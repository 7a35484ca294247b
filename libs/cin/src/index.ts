/**
 * Consumer identity numbers (DESIGN §6) and contract ids (ISO 15118, DIN SPEC 91286): parse, format, check
 * digits, routing prefix. Pure.
 */
export * from './check-digits.js';
export * from './cin.js';
export * from './contract-check.js';
export * from './contract-id.js';
export * from './identity.js';

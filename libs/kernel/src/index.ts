/**
 * Exact figures and what all parts share: money, energy and prices as integers, instants, named roundings,
 * splits, branded identifiers, and the closed table of errors. Pure.
 */
export * from './decimal.js';
export * from './energy.js';
export * from './errors.js';
export * from './fraction.js';
export * from './ids.js';
export * from './instant.js';
export * from './money.js';
export * from './rounding.js';
export * from './split.js';

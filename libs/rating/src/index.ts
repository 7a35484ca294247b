/**
 * The one rating engine: tariff + metered periods + UTC offsets as data → explained lines and totals. The same
 * input gives the same bytes in the gateway, in the chaincode and in a browser. Pure.
 */
export * from './estimate.js';
export * from './exact-totals.js';
export * from './metering.js';
export * from './rate-under-mandate.js';
export * from './rate-up-to.js';
export * from './rate.js';
export * from './rating-document.js';
export * from './read-charge.js';
export * from './rating.js';

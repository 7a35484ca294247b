export * from './estimate.js';
export * from './exact-totals.js';
export * from './metering.js';
export * from './rate-up-to.js';
export * from './rate.js';
export * from './rating-document.js';
export * from './read-charge.js';
export * from './rating.js';

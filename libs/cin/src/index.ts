export * from './check-digits.js';
export * from './cin.js';
export * from './contract-check.js';
export * from './contract-id.js';
export * from './identity.js';

export * from './business-key.js';
export * from './ledger-error.js';
export * from './port.js';

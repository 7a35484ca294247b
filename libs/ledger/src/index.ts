/**
 * The ledger as services see it: one port, and the embedded adapter that runs the contract over PostgreSQL.
 */
export * from './business-key.js';
export * from './contract-messages.js';
export { CreateLedger } from './embedded/create-ledger.js';
export { EmbeddedLedger, type EmbeddedLedgerOptions } from './embedded/embedded-ledger.js';
export type { LedgerContext, LedgerContract, LedgerStub } from './embedded/ledger-contract.js';
export type { ChainAnchor, ChainVerdict } from './embedded/verify-chain.js';
export * from './ledger-error.js';
export * from './port.js';

/**
 * The ledger as services see it: one port; the embedded adapter, which runs the contract over PostgreSQL; the one of a Fabric network; and the one that
 * asks a ledger in another process over the bus.
 */
export * from './business-key.js';
export * from './contract-messages.js';
export { CreateLedger } from './embedded/create-ledger.js';
export { EmbeddedLedger, type EmbeddedLedgerOptions } from './embedded/embedded-ledger.js';
export type { LedgerContext, LedgerContract, LedgerStub } from './embedded/ledger-contract.js';
export type { ChainVerdict } from './chain-verdict.js';
export type { ChainAnchor } from './embedded/verify-chain.js';
export * from './ledger-error.js';
export { openLedger, type OpenLedgerOptions } from './open-ledger.js';
export * from './port.js';
export { BusLedger, type BusLedgerOptions } from './over-bus/bus-ledger.js';
export { LedgerAnswers } from './over-bus/ledger-answers.js';

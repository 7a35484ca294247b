import { SettlementContract } from './settlement-contract.js';

export { collectionOf, mspOf } from './parties.js';
export { SettlementContract } from './settlement-contract.js';
export { STATE_TABLE, type InvoiceState, type InvoiceStep } from './states.js';

/** What `fabric-chaincode-node` serves. */
export const contracts = [SettlementContract];

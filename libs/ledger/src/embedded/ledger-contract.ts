import type { LedgerTransactionName } from '../port.js';

/** As much of Fabric's ChaincodeStub as the contract may use. */
export interface LedgerStub {
  getTxID(): string;
  getTxTimestamp(): { readonly seconds: { toNumber(): number }; readonly nanos: number };
  getTransient(): Map<string, Uint8Array>;
  /** empty where there is nothing */
  getPrivateData(collection: string, key: string): Promise<Uint8Array>;
  /** SHA-256 of the committed value, empty where there is nothing */
  getPrivateDataHash(collection: string, key: string): Promise<Uint8Array>;
  putPrivateData(collection: string, key: string, value: Uint8Array): Promise<void>;
  getState(key: string): Promise<Uint8Array>;
  putState(key: string, value: Uint8Array): Promise<void>;
}

/** As much of Fabric's transaction context as the contract may use. */
export interface LedgerContext {
  stub: LedgerStub;
  clientIdentity: { getMSPID(): string };
}

type ContractMethod = LedgerTransactionName | 'readRecord';

/**
 * The consortium's contract, as the embedded ledger runs it. The class of the chaincode package has this
 * shape; it is handed in, because libraries do not import the chaincode.
 */
export type LedgerContract = {
  createContext(): LedgerContext;
  beforeTransaction(context: LedgerContext): Promise<void>;
  afterTransaction(context: LedgerContext, result: unknown): Promise<void>;
} & {
  [Name in ContractMethod]: ContractCall['invoke'];
};

/** Declared as a method, so that a contract written against Fabric's wider context fits. */
interface ContractCall {
  invoke(context: LedgerContext, argument: string): Promise<string>;
}

/** Runs one method as Fabric's server does: context, before, method, after. */
export async function invokeContract(
  contract: LedgerContract,
  method: ContractMethod,
  argument: string,
  caller: { readonly stub: LedgerStub; readonly mspId: string },
): Promise<string> {
  const context = contract.createContext();
  context.stub = caller.stub;
  context.clientIdentity = { getMSPID: () => caller.mspId };
  await contract.beforeTransaction(context);
  const result = await contract[method](context, argument);
  await contract.afterTransaction(context, result);
  return result;
}

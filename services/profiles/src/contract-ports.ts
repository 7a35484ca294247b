import type {
  ContractReference,
  ContractVersionState,
  ContractView,
  SignedDriverContract,
  SignedDriverContractEnd,
} from '@roamgrid/contracts';

/** A consumer's latest contract as it stands now. */
export interface ContractNow {
  readonly newest: SignedDriverContract;
  readonly end: SignedDriverContractEnd | null;
}

export interface FoundVersion extends SignedDriverContract {
  readonly state: ContractVersionState;
  readonly validTo: string | null;
}

/** A version as it is kept, with what its consumer's row says of it. */
export interface KeptVersion {
  readonly driverContractId: string;
  readonly version: number;
  /** the hash beside the document */
  readonly documentHash: string;
  readonly signed: SignedDriverContract;
}

export interface VersionPlace {
  readonly driverContractId: string;
  readonly version: number;
}

/** Versions of drivers' contracts: they are added, and never changed. */
export interface ContractStore {
  view(driverContractId: string): Promise<ContractView | null>;
  ofConsumer(consumerId: string): Promise<ContractNow | null>;
  version(driverContractId: string, version: number): Promise<FoundVersion | null>;
  /**
   * Under which version a charge is billed: the one that its mandate was issued under, else the one in force at
   * the consent; before the first there was none, and that one speaks.
   */
  billedUnder(
    consumerId: string,
    charge: { readonly mandateId: string | null; readonly at: string },
  ): Promise<ContractReference | null>;
  /** consumers of before there were contracts */
  consumersWithout(limit: number): Promise<string[]>;
  /** consumers whose row does not name the version in force, and how many were looked at */
  misnamed(): Promise<{ readonly checked: number; readonly consumerIds: readonly string[] }>;
  /** in order of contract and version */
  page(after: VersionPlace | null, limit: number): Promise<KeptVersion[]>;
}

import type {
  ContractReference,
  ContractView,
  SignedDriverContract,
  SignedDriverContractEnd,
} from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import { json, type Transaction } from '@roamgrid/persistence';
import type { ContractNow } from '../contract-ports.js';
import { stateOfVersion } from '../contract-states.js';

/** Anything that runs statements: a database, or a transaction. */
export type Reader = Pick<Transaction, 'query'>;

/** more versions of one contract than anyone signs */
const VERSIONS_CAP = 500;

export interface NowRow {
  readonly signed: SignedDriverContract;
  readonly ended: SignedDriverContractEnd | null;
}

export const LATEST = `
  SELECT version.signed, contract_end.signed AS ended
    FROM contract_versions AS version LEFT JOIN contract_ends AS contract_end USING (driver_contract_id)`;

export function nowOf(row: NowRow | undefined): ContractNow | null {
  return row === undefined ? null : { newest: row.signed, end: row.ended };
}

export async function readLatest(reader: Reader, consumerId: string): Promise<ContractNow | null> {
  const [row] = await reader.query<NowRow>(
    `${LATEST} WHERE version.consumer_id = $1 ORDER BY version.valid_from DESC LIMIT 1`,
    [consumerId],
  );
  return nowOf(row);
}

export function referenceOf({ document, documentHash }: SignedDriverContract): ContractReference {
  return {
    driverContractId: document.driverContractId,
    version: document.version,
    hash: documentHash,
  };
}

/** A contract as it is shown. @param before versions before the newest, newest first */
export function viewOf(
  { newest, end }: ContractNow,
  before: readonly { version: number; documentHash: string; validFrom: string }[],
): ContractView {
  const { driverContractId, consumerId, version, validFrom } = newest.document;
  const listed = [{ version, documentHash: newest.documentHash, validFrom }, ...before];
  return {
    driverContractId,
    consumerId,
    state: end === null ? 'in_force' : 'ended',
    version,
    ...newest,
    versions: listed.map((one) => ({
      ...one,
      state: stateOfVersion(one.version, version, end !== null),
    })),
    end,
  };
}

/** The contract with the versions before its newest. */
export async function readView(reader: Reader, now: ContractNow): Promise<ContractView> {
  const { driverContractId, version } = now.newest.document;
  if (version === 1) return viewOf(now, []);
  const rows = await reader.query<{ version: number; document_hash: string; valid_from: Date }>(
    `SELECT version, document_hash, valid_from FROM contract_versions
      WHERE driver_contract_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3`,
    [driverContractId, version, VERSIONS_CAP - 1],
  );
  const before = rows.map((row) => ({
    version: row.version,
    documentHash: row.document_hash,
    validFrom: formatInstant(row.valid_from.getTime()),
  }));
  return viewOf(now, before);
}

export function addVersionWithin(tx: Transaction, signed: SignedDriverContract): void {
  const { driverContractId, version, consumerId, validFrom } = signed.document;
  tx.write(
    `INSERT INTO contract_versions
       (driver_contract_id, version, consumer_id, document_hash, valid_from, signed)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [driverContractId, version, consumerId, signed.documentHash, validFrom, json(signed)],
  );
}

export function addEndWithin(tx: Transaction, signed: SignedDriverContractEnd): void {
  tx.write('INSERT INTO contract_ends (driver_contract_id, ended_at, signed) VALUES ($1, $2, $3)', [
    signed.document.driverContractId,
    signed.document.at,
    json(signed),
  ]);
}

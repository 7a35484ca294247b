import type { ContractReference, ContractView, SignedDriverContract } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';
import type {
  ContractNow,
  ContractStore,
  FoundVersion,
  KeptVersion,
  VersionPlace,
} from '../contract-ports.js';
import { stateOfVersion } from '../contract-states.js';
import { LATEST, nowOf, readLatest, readView, referenceOf, type NowRow } from './contract-rows.js';

/** The version in force of each consumer: the latest, unless its contract has ended. */
const MISNAMED = `
  SELECT consumer.consumer_id
    FROM consumers AS consumer
    LEFT JOIN LATERAL (
      SELECT driver_contract_id, version, document_hash FROM contract_versions
       WHERE consumer_id = consumer.consumer_id ORDER BY valid_from DESC LIMIT 1) AS latest ON true
    LEFT JOIN contract_ends AS contract_end ON contract_end.driver_contract_id = latest.driver_contract_id
   WHERE (consumer.driver_contract_id, consumer.driver_contract_version, consumer.driver_contract_hash) IS DISTINCT FROM
         (latest.driver_contract_id, latest.version,
          CASE WHEN contract_end.driver_contract_id IS NULL THEN latest.document_hash END)
   ORDER BY consumer.consumer_id LIMIT 100`;

export class PostgresContracts implements ContractStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async view(driverContractId: string): Promise<ContractView | null> {
    const [row] = await this.#database.query<NowRow>(
      `${LATEST} WHERE version.driver_contract_id = $1 ORDER BY version.version DESC LIMIT 1`,
      [driverContractId],
    );
    const now = nowOf(row);
    return now === null ? null : readView(this.#database, now);
  }

  ofConsumer(consumerId: string): Promise<ContractNow | null> {
    return readLatest(this.#database, consumerId);
  }

  async version(driverContractId: string, version: number): Promise<FoundVersion | null> {
    const [row] = await this.#database.query<{
      signed: SignedDriverContract;
      newest: number;
      next_from: Date | null;
      ended_at: Date | null;
    }>(
      `SELECT version.signed, contract_end.ended_at,
              (SELECT max(version) FROM contract_versions WHERE driver_contract_id = $1) AS newest,
              (SELECT valid_from FROM contract_versions
                WHERE driver_contract_id = $1 AND version = $2 + 1) AS next_from
         FROM contract_versions AS version LEFT JOIN contract_ends AS contract_end
              USING (driver_contract_id)
        WHERE driver_contract_id = $1 AND version = $2`,
      [driverContractId, version],
    );
    if (row === undefined) return null;
    const until = row.next_from ?? row.ended_at;
    return {
      ...row.signed,
      state: stateOfVersion(version, row.newest, row.ended_at !== null),
      validTo: until === null ? null : formatInstant(until.getTime()),
    };
  }

  async billedUnder(
    consumerId: string,
    { mandateId, at }: { readonly mandateId: string | null; readonly at: string },
  ): Promise<ContractReference | null> {
    const [row] = await this.#database.query<{ signed: SignedDriverContract }>(
      `SELECT signed FROM contract_versions AS version WHERE consumer_id = $1
        ORDER BY document_hash = (SELECT contract_hash FROM mandates_issued
                                   WHERE mandate_id = $2 AND consumer_id = $1) DESC NULLS LAST,
                 valid_from <= $3 DESC,
                 CASE WHEN valid_from <= $3 THEN valid_from END DESC, valid_from
        LIMIT 1`,
      [consumerId, mandateId, new Date(at)],
    );
    return row === undefined ? null : referenceOf(row.signed);
  }

  async consumersWithout(limit: number): Promise<string[]> {
    const rows = await this.#database.query<{ consumer_id: string }>(
      'SELECT consumer_id FROM consumers WHERE driver_contract_id IS NULL ORDER BY consumer_id LIMIT $1',
      [limit],
    );
    return rows.map((row) => row.consumer_id);
  }

  async misnamed(): Promise<{ checked: number; consumerIds: string[] }> {
    const [count] = await this.#database.query<{ checked: number }>(
      'SELECT count(*)::integer AS checked FROM consumers WHERE driver_contract_id IS NOT NULL',
    );
    const rows = await this.#database.query<{ consumer_id: string }>(MISNAMED);
    return { checked: count?.checked ?? 0, consumerIds: rows.map((row) => row.consumer_id) };
  }

  async page(after: VersionPlace | null, limit: number): Promise<KeptVersion[]> {
    const rows = await this.#database.query<{
      driver_contract_id: string;
      version: number;
      document_hash: string;
      signed: SignedDriverContract;
    }>(
      `SELECT driver_contract_id, version, document_hash, signed FROM contract_versions
        WHERE $1::uuid IS NULL OR (driver_contract_id, version) > ($1::uuid, $2::integer)
        ORDER BY driver_contract_id, version LIMIT $3`,
      [after?.driverContractId ?? null, after?.version ?? 0, limit],
    );
    return rows.map((row) => ({
      driverContractId: row.driver_contract_id,
      version: row.version,
      documentHash: row.document_hash,
      signed: row.signed,
    }));
  }
}

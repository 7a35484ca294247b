import type { ConsumerView } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { Consumer } from '../ports.js';

export interface ConsumerRow {
  consumer_id: string;
  cin_masked: string;
  state: 'active' | 'blocked';
  settings: ConsumerView['settings'];
  pin_hash: string | null;
  contract_id: string | null;
  card_uid_count: number;
  created_at: Date;
  driver_contract_id: string | null;
  driver_contract_version: number | null;
  driver_contract_hash: string | null;
}

function driverContractFromRow(row: ConsumerRow): Consumer['driverContract'] {
  const { driver_contract_id: driverContractId, driver_contract_version: version } = row;
  if (driverContractId === null || version === null) return null;
  return { driverContractId, version, hash: row.driver_contract_hash };
}

export const consumerFromRow = (row: ConsumerRow): Consumer => ({
  consumerId: row.consumer_id,
  cinMasked: row.cin_masked,
  state: row.state,
  settings: row.settings,
  pinHash: row.pin_hash,
  contractId: row.contract_id,
  cardUids: row.card_uid_count,
  createdAt: formatInstant(row.created_at.getTime()),
  driverContract: driverContractFromRow(row),
});

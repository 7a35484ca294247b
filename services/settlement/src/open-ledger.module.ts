import { randomBytes } from 'node:crypto';
import { mspOf, SettlementContract } from '@roamgrid/chaincode';
import { CreateLedger, EmbeddedLedger, type LedgerPort } from '@roamgrid/ledger';
import { Database } from '@roamgrid/persistence';
import { systemClock } from '@roamgrid/platform';
import { absentLedger } from './adapters/absent-ledger.js';
import type { SettlementConfiguration } from './settlement.config.js';

const TRANSACTION_ID_BYTES = 32;

/** The embedded ledger over the database that all settlements of the trial share, or none. */
export async function openLedger(configuration: SettlementConfiguration): Promise<LedgerPort> {
  const { LEDGER_DATABASE_URL: url, UTILITY } = configuration;
  if (url === undefined) return absentLedger();
  const database = await Database.open({
    url,
    schema: 'ledger',
    applicationName: `${UTILITY}/settlement ledger`,
    migrations: [CreateLedger],
    random: Math.random,
  });
  return new EmbeddedLedger({
    database,
    contract: new SettlementContract(),
    mspOf,
    now: () => systemClock.now(),
    newTransactionId: () => randomBytes(TRANSACTION_ID_BYTES).toString('hex'),
  });
}

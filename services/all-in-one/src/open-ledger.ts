import { mspOf, SettlementContract } from '@roamgrid/chaincode';
import { CreateLedger, EmbeddedLedger } from '@roamgrid/ledger';
import { Database } from '@roamgrid/persistence';
import { systemClock, systemIds } from '@roamgrid/platform';

/** The consortium's contract over its own database, in this process. */
export async function openLedger(url: string): Promise<EmbeddedLedger> {
  const database = await Database.open({
    url,
    schema: 'ledger',
    applicationName: 'ledger',
    migrations: [CreateLedger],
    random: Math.random,
  });
  return new EmbeddedLedger({
    database,
    contract: new SettlementContract(),
    mspOf,
    now: () => systemClock.now(),
    newTransactionId: () => systemIds.salt(),
  });
}

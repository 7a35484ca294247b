import { Database } from '@roamgrid/persistence';
import { CreateLedger } from './embedded/create-ledger.js';
import { EmbeddedLedger, type EmbeddedLedgerOptions } from './embedded/embedded-ledger.js';
import { readConnectionFile } from './fabric/connection-file.js';
import type { LedgerPort } from './port.js';

export interface OpenLedgerOptions extends Omit<EmbeddedLedgerOptions, 'database'> {
  /** of the embedded ledger's own schema */
  readonly databaseUrl: string;
  /** how members reach a Fabric channel; undefined runs the contract here */
  readonly connectionFile: string | undefined;
  readonly random: () => number;
}

/**
 * The ledger that was chosen.
 *
 * @throws RoamgridError `ledger_unavailable` for a connection file that cannot be used
 */
export async function openLedger(options: OpenLedgerOptions): Promise<LedgerPort> {
  const { databaseUrl, connectionFile, random, ...embedded } = options;
  if (connectionFile !== undefined) {
    // its client is large, and nobody else needs it
    const { FabricLedger } = await import('./fabric/fabric-ledger.js');
    return new FabricLedger(await readConnectionFile(connectionFile), options.mspOf);
  }
  const database = await Database.open({
    url: databaseUrl,
    schema: 'ledger',
    applicationName: 'ledger',
    migrations: [CreateLedger],
    random,
  });
  return new EmbeddedLedger({ ...embedded, database });
}

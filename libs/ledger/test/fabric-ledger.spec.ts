import { describe, it } from '@jest/globals';
import { mspOf } from '@roamgrid/chaincode';
import { FabricLedger, readConnectionFile } from '@roamgrid/ledger';
import { FabricNetwork, hasFabric } from './fabric-network.js';
import { specifyLedger } from './ledger-specification.js';

const MEMBERS = ['duke-energy', 'georgia-power', 'con-edison'] as const;

if (hasFabric) {
  specifyLedger('Fabric network', async () => {
    const network = await FabricNetwork.start(MEMBERS);
    const ledger = new FabricLedger(await readConnectionFile(network.connectionFile), mspOf);
    return {
      ledger,
      members: MEMBERS,
      async stop() {
        await ledger.close();
        await network.remove();
      },
    };
  });
} else {
  describe('Fabric network', () => {
    it.skip('promises what every ledger promises (needs FABRIC_BIN)', () => undefined);
  });
}

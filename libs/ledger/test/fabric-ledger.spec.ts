import { describe } from '@jest/globals';
import { mspOf } from '@roamgrid/chaincode';
import { readConnectionFile } from '../src/fabric/connection-file.js';
import { FabricLedger } from '../src/fabric/fabric-ledger.js';
import { FabricNetwork, hasFabric } from './fabric-network.js';
import { specifyLedger } from './ledger-specification.js';

const MEMBERS = ['duke-energy', 'georgia-power', 'con-edison'] as const;

const describeFabric = hasFabric ? describe : describe.skip;

describeFabric('a real network (needs FABRIC_BIN)', () => {
  specifyLedger('Fabric', async () => {
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
});

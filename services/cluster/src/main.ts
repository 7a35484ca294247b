import { serveGateway } from '@roamgrid/all-in-one/installation';
import { readClusterConfiguration, readContainersConfiguration } from './cluster.config.js';
import { prepareContainers, seedContainers } from './containers.js';
import { startCluster } from './start-cluster.js';

/** Without a word: everything on this machine. `prepare` and `seed`: for containers, which others start. */
switch (process.argv[2]) {
  case undefined:
    await serveGateway(readClusterConfiguration, startCluster);
    break;
  case 'prepare':
    await prepareContainers(readContainersConfiguration());
    break;
  case 'seed':
    await seedContainers(readContainersConfiguration());
    break;
  default:
    process.stderr.write('main.js [prepare|seed]\n');
    process.exitCode = 1;
}

import { serveGateway } from '@roamgrid/all-in-one/installation';
import { readClusterConfiguration } from './cluster.config.js';
import { startCluster } from './start-cluster.js';

await serveGateway(readClusterConfiguration, startCluster);

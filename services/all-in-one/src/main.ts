import { connectionFileOf } from '@roamgrid/platform';
import { readAllInOneConfiguration } from './all-in-one.config.js';
import { serveGateway } from './serve-gateway.js';
import { startGateway } from './start-gateway.js';

await serveGateway(readAllInOneConfiguration, (options, configuration) =>
  startGateway({
    ...options,
    databaseUrl: configuration.DATABASE_URL,
    natsUrl: configuration.NATS_URL,
    silentUtilities: configuration.SILENT_UTILITIES,
    connectionFile: connectionFileOf(configuration),
    outward: configuration,
  }),
);

import { readAllInOneConfiguration } from './all-in-one.config.js';
import { serveGateway } from './serve-gateway.js';
import { startGateway } from './start-gateway.js';

await serveGateway(readAllInOneConfiguration, (options, { DATABASE_URL, NATS_URL }) =>
  startGateway({ ...options, databaseUrl: DATABASE_URL, natsUrl: NATS_URL }),
);

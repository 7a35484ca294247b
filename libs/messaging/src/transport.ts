import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { MessageClient } from './bus.js';
import { InProcessBroker, InProcessClient, InProcessServer } from './in-process.js';
import { readNatsAddress } from './nats-address.js';
import { BusNatsClient } from './nats-client.js';
import { UtilityNatsServer } from './nats-server.js';

/** How the services of this process reach each other: one place decides. */
export interface BusTransport {
  readonly name: 'in-process' | 'nats';
  server(utility: string, service: string): CustomTransportStrategy;
  client(): MessageClient;
}

/** All services in one process; nothing to install. */
export function inProcessTransport(): BusTransport {
  const broker = new InProcessBroker();
  return {
    name: 'in-process',
    server: (utility) => new InProcessServer(broker, utility),
    client: () => new InProcessClient(broker),
  };
}

/**
 * Services apart, over NATS. Each service is a queue group: two instances share the work.
 *
 * @param url see {@link readNatsAddress}
 * @throws TypeError for what is no URL
 */
export function natsTransport(url: string): BusTransport {
  const address = readNatsAddress(url);
  return {
    name: 'nats',
    server: (utility, service) => new UtilityNatsServer(address, utility, service),
    client: () => new BusNatsClient(address),
  };
}

import { ClientProxyFactory, Transport, type CustomTransportStrategy } from '@nestjs/microservices';
import type { MessageClient } from './bus.js';
import { InProcessBroker, InProcessClient, InProcessServer } from './in-process.js';
import { UtilityNatsServer } from './nats.js';

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

/** Services apart, over NATS. Each service is a queue group: two instances share the work. */
export function natsTransport(url: string): BusTransport {
  const servers = [url];
  return {
    name: 'nats',
    server: (utility, service) =>
      new UtilityNatsServer({ servers, queue: `${utility}.${service}` }, utility),
    client: () => ClientProxyFactory.create({ transport: Transport.NATS, options: { servers } }),
  };
}

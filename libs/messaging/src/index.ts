/**
 * The typed bus over Nest transports: in process, or NATS. Checks payloads both ways, carries trace and deadline.
 */
export { NestBus, type Bus, type MessageClient, type RequestOptions } from './bus.js';
export type { MessageMeta } from './envelope.js';
export { answer, Handles } from './handles.js';
export { knock } from './knock.js';
export { sessionOf } from './session-of.js';
export {
  concernSession,
  currentConcern,
  currentTrace,
  outsideOfTrace,
  runInTrace,
} from './trace-context.js';
export { inProcessTransport, natsTransport, type BusTransport } from './transport.js';
export {
  findNatsServer,
  type FindNatsServerOptions,
  type NatsProgram,
} from './server/find-nats-server.js';
export {
  busAccounts,
  busUserOf,
  type BusAccounts,
  type BusSpeaker,
} from './server/bus-accounts.js';

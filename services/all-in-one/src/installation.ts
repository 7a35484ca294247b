/**
 * What a gateway of the demonstration consortium stands on before any service runs, in one process or in many:
 * its data directory, registry, databases, credentials and demonstration, and the process that serves.
 */
export { openConsortium } from './consortium/open-consortium.js';
export type { MemberHost } from './consortium/consortium.js';
export { openConsortiumRegistry } from './consortium/registry-store.js';
export { Databases } from './databases.js';
export type { DemoCredentials } from './demonstration/credentials.js';
export { openCredentials, type CredentialsFile } from './demonstration/credentials-file.js';
export { endFirstStart, provisionConsortium } from './demonstration/first-start.js';
export { isSeeded, seedOnce } from './demonstration/seed-once.js';
export type { GatewayOptions, RunningGateway } from './gateway-process.js';
export { gatewayConfiguration } from './all-in-one.config.js';
export { identityClients } from './identity-clients.js';
export { serveGateway } from './serve-gateway.js';
export { Started } from './started.js';

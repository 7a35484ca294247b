import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLOW, project, type RegistryDocument, type RequestInput } from '@roamgrid/contracts';
import { inProcessTransport } from '@roamgrid/messaging';
import { startTestPostgres, testDatabase } from '@roamgrid/persistence';
import {
  createLog,
  createServiceContext,
  createSigner,
  Metrics,
  openKeyFile,
  Registry,
  systemClock,
  systemIds,
  type ServiceContext,
} from '@roamgrid/platform';
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { portalMigrations, SCOPES, startPortal, type PortalOptions } from '../src/portal.module.js';
import { StandInServices } from './stand-in.js';

export const UTILITY = 'duke-energy';
export const ISSUER = 'http://127.0.0.1:1/oidc';

const registry: RegistryDocument = {
  type: 'registry',
  schemaVersion: 1,
  version: 1,
  utilities: [
    ['duke-energy', '8400541601', 'USDUK'] as const,
    ['alabama-power', '8400019501', 'USALA'] as const,
  ].map(([utility, prefix, provider]) => ({
    utility,
    name: utility,
    cinPrefixes: [prefix],
    contractProviders: [provider],
    currency: 'USD',
    timeZone: 'America/New_York',
    keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'AA', kid: 'aaa-1', use: 'sig', alg: 'EdDSA' }],
  })),
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Call {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

type TokenChanges = JWTPayload & { readonly typ?: string };

/** Signs tokens as identity would, with a key of its own. */
async function tokenMaker() {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'identity-1', alg: 'ES256' };
  const sign = ({ typ = 'at+jwt', ...changes }: TokenChanges = {}): Promise<string> => {
    const nowSeconds = Math.trunc(Date.now() / 1000);
    return new SignJWT({
      iss: ISSUER,
      aud: `urn:roamgrid:utility:${UTILITY}`,
      sub: 'duke-energy/app',
      client_id: 'app',
      scope: SCOPES.join(' '),
      iat: nowSeconds,
      exp: nowSeconds + 60,
      ...changes,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'identity-1', typ })
      .sign(pair.privateKey);
  };
  return { keys: createLocalJWKSet({ keys: [jwk] }), sign };
}

/** A portal on real PostgreSQL with stand-in services behind the in-process bus. */
export async function portalUnderTest(
  identity: { readonly issuer: string; readonly keys: JWTVerifyGetKey } | null = null,
  reads: PortalOptions['reads'] = {},
) {
  const server = await startTestPostgres();
  const store = await testDatabase(server, { schema: 'portal', migrations: portalMigrations });
  const folder = await mkdtemp(join(tmpdir(), 'portal-'));
  const transport = inProcessTransport();
  const services = new StandInServices(
    transport,
    UTILITY,
    FLOW.filter((contract) => contract.service !== 'portal'),
  );
  const context: ServiceContext = createServiceContext({
    utility: UTILITY,
    service: 'portal',
    database: store.database,
    transport,
    signer: createSigner(await openKeyFile(folder, 'portal', 'sig')),
    registry: new Registry(registry),
    clock: systemClock,
    ids: systemIds,
    metrics: new Metrics(),
    secret: new Uint8Array(32).fill(7),
    keyFolder: folder,
    log: createLog('silent'),
  });
  const tokens = await tokenMaker();
  const portal = await startPortal(context, {
    host: '127.0.0.1',
    port: 0,
    reads,
    ...(identity ?? { issuer: ISSUER, keys: tokens.keys }),
  });
  const origin = `http://127.0.0.1:${String(portal.port)}`;
  const fetchRaw = async (method: string, path: string, call: Call = {}): Promise<Answer> => {
    const token = call.token === undefined ? await tokens.sign() : call.token;
    const body = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  };
  return {
    context,
    services,
    origin,
    sign: tokens.sign,
    fetchRaw,
    call: (method: string, path: string, call?: Call) =>
      fetchRaw(method, `/${UTILITY}/api/v1${path}`, call),
    publish: (event: RequestInput<typeof project>) => context.bus.request(project, UTILITY, event),
    async stop() {
      await portal.stop();
      await store.drop().catch(() => undefined);
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

export type PortalUnderTest = Awaited<ReturnType<typeof portalUnderTest>>;

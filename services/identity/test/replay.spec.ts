import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestPostgres, testDatabase, type PostgresServer } from '@roamgrid/persistence';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  identityMigrations,
  startIdentity,
  type IdentityClient,
  type RunningIdentity,
} from '../src/identity.module.js';

/** see identity.spec.ts: jest has two realms */
globalThis.structuredClone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const ISSUER = 'http://127.0.0.1:1/oidc';
const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const quiet = { error: () => undefined, debug: () => undefined };

describe('B108 a client assertion is good once', () => {
  let server: PostgresServer;
  let store: Awaited<ReturnType<typeof testDatabase>>;
  let folder: string;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let clients: IdentityClient[];
  const running: RunningIdentity[] = [];

  const node = async (): Promise<RunningIdentity> => {
    const identity = await startIdentity({
      issuer: ISSUER,
      host: '127.0.0.1',
      port: 0,
      clients,
      keyFolder: folder,
      log: quiet,
      database: store.database,
    });
    running.push(identity);
    return identity;
  };
  const assertion = (jti: string | null, clientId = 'partner'): Promise<string> => {
    const jwt = new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'p1' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(ISSUER)
      .setIssuedAt()
      .setExpirationTime('60s');
    return (jti === null ? jwt : jwt.setJti(jti)).sign(keys.privateKey);
  };
  const use = async (at: RunningIdentity, signed: string, clientId = 'partner') => {
    const response = await fetch(`http://127.0.0.1:${String(at.port)}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_assertion: signed,
        client_assertion_type: TYPE,
      }),
    });
    await response.arrayBuffer();
    return response.status;
  };

  beforeAll(async () => {
    server = await startTestPostgres();
    store = await testDatabase(server, { schema: 'identity', migrations: identityMigrations });
    folder = await mkdtemp(join(tmpdir(), 'identity-'));
    keys = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'p1', alg: 'ES256' }] };
    clients = ['partner', 'other'].map((clientId) => ({
      clientId,
      jwks,
      utility: 'alabama-power',
      scopes: ['sessions:read'],
      subject: clientId,
      name: clientId,
      roles: [],
    }));
  });
  afterAll(async () => {
    for (const identity of running) await identity.stop();
    await store.drop();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('at once, after a restart, and on another node', async () => {
    const signed = await assertion(randomUUID());
    const first = await node();
    expect(await use(first, signed)).toBe(200);
    expect(await use(first, signed)).toBe(401);
    expect(await use(await node(), signed)).toBe(401);
  });

  it('also where ten come at the same moment at two nodes', async () => {
    const [one, two] = [await node(), await node()];
    const signed = await assertion(randomUUID());
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => use(index % 2 === 0 ? one : two, signed)),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
    expect(answers.filter((status) => status === 401)).toHaveLength(9);
  });

  it('B110 needs a jti of its own; another client may have the same', async () => {
    const at = await node();
    expect(await use(at, await assertion(null))).toBe(401);
    const jti = randomUUID();
    expect(await use(at, await assertion(jti))).toBe(200);
    expect(await use(at, await assertion(jti, 'other'), 'other')).toBe(200);
  });

  it('is forgotten when it has expired by itself', async () => {
    await store.database.query(`UPDATE used_assertion SET expires_at = now() - interval '1 s'`);
    expect(await use(await node(), await assertion(randomUUID()))).toBe(200);
    const kept = await store.database.query('SELECT 1 FROM used_assertion');
    expect(kept).toHaveLength(1);
  });
});

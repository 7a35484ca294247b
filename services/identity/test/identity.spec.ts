import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import {
  startIdentity,
  type IdentityClient,
  type RunningIdentity,
} from '../src/identity.module.js';

const DUKE = 'urn:roamgrid:utility:duke-energy';
const ALABAMA = 'urn:roamgrid:utility:alabama-power';
/**
 * Jest runs files in a realm of their own while `structuredClone` makes objects of the outer one,
 * which the provider does not take for plain objects. Outside of jest there is one realm.
 */
globalThis.structuredClone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const quiet = { error: () => undefined, debug: () => undefined };

/** The issuer names its port before it listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
  return port;
}

function basic(clientId: string, secret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
}

describe('identity', () => {
  let folder: string;
  let issuer: string;
  let identity: RunningIdentity;
  let partnerKey: Awaited<ReturnType<typeof generateKeyPair>>;
  let clients: IdentityClient[];

  const token = async (
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const asDuke = { authorization: basic('duke-app', 'duke-secret') };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'identity-'));
    const port = await freePort();
    issuer = `http://127.0.0.1:${String(port)}/oidc`;
    partnerKey = await generateKeyPair('ES256', { extractable: true });
    clients = [
      {
        clientId: 'duke-app',
        clientSecret: 'duke-secret',
        utility: 'duke-energy',
        scopes: ['sessions:read', 'billing:read'],
        subject: 'duke-energy/app',
        name: 'Duke application',
        roles: ['billing'],
      },
      {
        clientId: 'alabama-partner',
        jwks: { keys: [{ ...(await exportJWK(partnerKey.publicKey)), kid: 'p1', alg: 'ES256' }] },
        utility: 'alabama-power',
        scopes: ['sessions:read'],
        subject: 'alabama-power/partner',
        name: 'Alabama partner',
        roles: [],
        provider: 'magic-city-garages',
      },
    ];
    identity = await startIdentity({
      issuer,
      host: '127.0.0.1',
      port,
      clients,
      keyFolder: folder,
      log: quiet,
      database: null,
    });
  });

  afterAll(async () => {
    await identity.stop();
    await rm(folder, { recursive: true });
  });

  it('names its own addresses, whatever the request calls the host', async () => {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    });
    const metadata = (await response.json()) as Record<string, unknown>;
    expect(metadata).toMatchObject({
      issuer,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
    });
    for (const [member, url] of Object.entries(metadata)) {
      if (!member.endsWith('_endpoint') && member !== 'jwks_uri') continue;
      const served = await fetch(String(url), { method: 'POST' });
      expect([member, served.status]).not.toEqual([member, 501]);
    }
    expect(JSON.stringify(metadata)).not.toContain('evil.example');
  });

  it("issues an at+jwt for the client's own utility, verifiable with the published keys", async () => {
    const { status, body } = await token({ resource: DUKE, scope: 'billing:read' }, asDuke);
    expect({ status, type: body['token_type'], expires: body['expires_in'] }).toEqual({
      status: 200,
      type: 'Bearer',
      expires: 3600,
    });
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const { payload, protectedHeader } = await jwtVerify(String(body['access_token']), keys, {
      issuer,
      audience: DUKE,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    });
    expect(protectedHeader.kid).toBe('identity-1');
    expect(payload).toMatchObject({
      sub: 'duke-energy/app',
      client_id: 'duke-app',
      scope: 'billing:read',
      utility: 'duke-energy',
      roles: ['billing'],
    });
  });

  it('takes the own utility and every granted scope where none is asked for', async () => {
    const { body } = await token({}, asDuke);
    const [, part = ''] = String(body['access_token']).split('.');
    const claims = JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({ aud: DUKE, scope: 'sessions:read billing:read' });
  });

  it.each([
    ["another utility's resource", { resource: ALABAMA }, asDuke, 400, 'invalid_target'],
    ['a resource nobody has', { resource: 'urn:other' }, asDuke, 400, 'invalid_target'],
    ['a scope it was not given', { scope: 'audit:run' }, asDuke, 400, 'invalid_scope'],
    ['a wrong secret', {}, { authorization: basic('duke-app', 'no') }, 401, 'invalid_client'],
    ['an unknown client', {}, { authorization: basic('nobody', 'no') }, 401, 'invalid_client'],
    ['no credentials', {}, {}, 400, 'invalid_request'],
  ])('refuses %s', async (_what, form, headers, status, error) => {
    const answer = await token(form, headers);
    expect([answer.status, answer.body['error']]).toEqual([status, error]);
  });

  describe('private_key_jwt', () => {
    const assertion = (audience: string): Promise<string> =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'p1' })
        .setIssuer('alabama-partner')
        .setSubject('alabama-partner')
        .setAudience(audience)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(partnerKey.privateKey);
    const form = (clientAssertion: string) => ({
      client_id: 'alabama-partner',
      client_assertion: clientAssertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });

    it('is taken once, for the issuer or the token endpoint, and refused when replayed', async () => {
      const first = await assertion(issuer);
      expect((await token(form(first))).status).toBe(200);
      expect(await token(form(first))).toMatchObject({ body: { error: 'invalid_client' } });
      expect((await token(form(await assertion(`${issuer}/token`)))).status).toBe(200);
      expect((await token(form(await assertion('https://other.example')))).status).toBe(401);
    });

    it("carries the provider that the token's holder is confined to", async () => {
      const { body } = await token(form(await assertion(issuer)));
      const [, part = ''] = String(body['access_token']).split('.');
      expect(JSON.parse(Buffer.from(part, 'base64url').toString())).toMatchObject({
        aud: ALABAMA,
        provider: 'magic-city-garages',
      });
    });
  });

  it('says clearly that people cannot sign in yet, and knows nothing outside its path', async () => {
    expect((await fetch(`${issuer}/auth?client_id=duke-app`)).status).toBe(501);
    expect((await fetch(issuer.replace('/oidc', '/other'))).status).toBe(404);
    expect((await fetch(issuer.replace('/oidc', '/oidcx/jwks'))).status).toBe(404);
  });

  it('keeps its key in a file that only its owner reads, and uses it again', async () => {
    const [file = ''] = await readdir(folder);
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    const published = await (await fetch(`${issuer}/jwks`)).json();
    expect(JSON.stringify(published)).not.toContain('"d"');
    const again = await startIdentity({
      issuer,
      host: '127.0.0.1',
      port: 0,
      clients,
      keyFolder: folder,
      log: quiet,
      database: null,
    });
    const other = await fetch(`http://127.0.0.1:${String(again.port)}/oidc/jwks`);
    expect(await other.json()).toEqual(published);
    await again.stop();
  });

  it('refuses to start with a client that cannot authenticate in exactly one way', async () => {
    const [client] = clients;
    const broken = { ...client, clientSecret: undefined } as unknown as IdentityClient;
    await expect(
      startIdentity({
        issuer,
        host: '127.0.0.1',
        port: 0,
        clients: [broken],
        keyFolder: folder,
        log: quiet,
        database: null,
      }),
    ).rejects.toThrow('either a secret or keys');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import { ISSUER, portalUnderTest, type PortalUnderTest } from './portal-under-test.js';

const SESSION = '019abcde-0000-7000-8000-000000000001';

describe('who may call', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest();
    await portal.publish({
      kind: 'session',
      id: SESSION,
      facet: 'aaa',
      sortAt: '2026-11-21T10:00:00Z',
      data: { state: 'quoted' },
    });
  });
  afterAll(() => portal.stop());

  const unsigned = (): string => {
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: ISSUER, aud: 'urn:roamgrid:utility:duke-energy', sub: 'x', exp: 2e9 };
    return `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ ...claims, scope: 'sessions:read' })}.`;
  };
  const forged = async (): Promise<string> => {
    const { privateKey } = await generateKeyPair('ES256');
    return new SignJWT({ scope: 'sessions:read' })
      .setProtectedHeader({ alg: 'ES256', kid: 'identity-1', typ: 'at+jwt' })
      .setIssuer(ISSUER)
      .setAudience('urn:roamgrid:utility:duke-energy')
      .setSubject('x')
      .setExpirationTime('5m')
      .sign(privateKey);
  };
  const foreign = { aud: 'urn:roamgrid:utility:alabama-power' };

  it.each<[string, () => Promise<string | null> | string | null, number, string]>([
    ['no token', () => null, 401, 'unauthorized'],
    ['no token at all, but a word', () => 'nonsense', 401, 'unauthorized'],
    ['an unsigned token', unsigned, 401, 'unauthorized'],
    ['a token signed by another key', forged, 401, 'unauthorized'],
    ['an expired token', () => portal.sign({ exp: 1_700_000_000 }), 401, 'unauthorized'],
    ['a token without an end', () => portal.sign({ exp: undefined }), 401, 'unauthorized'],
    ['a token not yet valid', () => portal.sign({ nbf: 4_000_000_000 }), 401, 'unauthorized'],
    ["another issuer's token", () => portal.sign({ iss: 'http://x' }), 401, 'unauthorized'],
    ['an id token', () => portal.sign({ typ: 'JWT' }), 401, 'unauthorized'],
    ["another utility's token", () => portal.sign(foreign), 403, 'forbidden'],
    ['a token without the scope', () => portal.sign({ scope: 'billing:read' }), 403, 'forbidden'],
    ['a token without scopes', () => portal.sign({ scope: undefined }), 403, 'forbidden'],
  ])('refuses %s', async (_what, token, status, code) => {
    const answer = await portal.call('GET', '/sessions', { token: await token() });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
    expect(answer.body).toMatchObject({
      type: `urn:roamgrid:error:${code}`,
      status,
      detail: expect.any(String),
      title: expect.any(String),
      traceId: expect.any(String),
    });
  });

  it('asks for the token before it looks at the body', async () => {
    const answer = await portal.call('POST', '/bills', { token: null, raw: '{' });
    expect(answer.status).toBe(401);
  });

  it('refuses bytes that are not UTF-8, and keeps none of them', async () => {
    const raw = Uint8Array.from(Buffer.from('{"from":"caf\xe9"}', 'latin1'));
    const unknown = await portal.call('POST', '/billing-periods', { token: null, raw });
    expect(unknown.status).toBe(401);
    const answer = await portal.call('POST', '/billing-periods', { raw });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'malformed_request',
      errors: [{ path: '', message: 'not UTF-8' }],
    });
  });

  it('opens a route to its scope, and keeps the others shut', async () => {
    const token = await portal.sign({ scope: 'sessions:read' });
    expect((await portal.call('GET', `/sessions/${SESSION}`, { token })).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/billing-periods'],
      ['GET', '/invoices'],
      ['POST', '/consumers'],
      ['POST', '/stations'],
      ['POST', '/audit'],
      ['POST', '/tariffs'],
      ['POST', '/load-signals'],
      ['POST', '/policies'],
      ['POST', '/agreements/a/sign'],
      ['POST', '/agreements/a/suspend'],
      ['POST', '/agreements/a/end'],
    ] as const) {
      expect([
        path,
        (await portal.call(method, path, { token, ...(method === 'POST' ? { body: {} } : {}) }))
          .status,
      ]).toEqual([path, 403]);
    }
  });

  it('answers the same for what is not there and for what is no id', async () => {
    const absent = await portal.call('GET', '/sessions/019abcde-0000-7000-8000-00000000ffff');
    const noId = await portal.call('GET', '/sessions/nonsense');
    expect([absent.status, noId.status]).toEqual([404, 404]);
    expect({ ...absent.body, traceId: '' }).toEqual({ ...noId.body, traceId: '' });
  });

  it("does not know another utility's path, nor any page of its own that is none", async () => {
    expect((await portal.fetchRaw('GET', '/alabama-power/api/v1/sessions')).status).toBe(404);
    expect((await portal.call('GET', '/nothing')).body).toMatchObject({ code: 'not_found' });
    const wrong = await portal.call('DELETE', '/sessions');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it.each([201, 5_000])('knows nothing by an id of %d characters', async (length) => {
    for (const path of ['/sessions', '/invoices', '/consumers', '/stations']) {
      const answer = await portal.call('GET', `${path}/${'x'.repeat(length)}`);
      expect([path, answer.status, answer.body['code']]).toEqual([path, 404, 'not_found']);
    }
  });

  it('publishes the keys that documents are checked with, to everyone', async () => {
    const answer = await portal.fetchRaw('GET', '/duke-energy/.well-known/jwks.json', {
      token: null,
    });
    expect(answer.body).toMatchObject({ keys: [{ kid: 'aaa-1', use: 'sig' }] });
  });

  it('describes itself to everyone, with where its tokens come from', async () => {
    const answer = await portal.fetchRaw('GET', '/duke-energy/.well-known/openapi.json', {
      token: null,
    });
    const { servers, components } = answer.body as Record<string, Record<string, unknown>>;
    expect(servers).toEqual([{ url: '/' }]);
    expect(components?.['securitySchemes']).toMatchObject({
      oauth2: { flows: { clientCredentials: { tokenUrl: `${ISSUER}/token` } } },
    });
  });

  it('confines a provider to its own stations', async () => {
    const at = '2026-11-21T10:00:00Z';
    const station = (id: string, provider: string) =>
      portal.publish({
        kind: 'station',
        id,
        facet: 'aaa',
        sortAt: at,
        data: { document: { provider } },
      });
    await station('DUKE-CLT-001', 'queen-city-parking');
    await station('DUKE-RDU-002', 'triangle-malls');
    const session = '019abcde-0000-7000-8000-000000000002';
    const data = { state: 'ended', stationId: 'DUKE-CLT-001', cinMasked: '8400019501••••••••74' };
    await portal.publish({ kind: 'session', id: session, facet: 'aaa', sortAt: at, data });
    const scope = 'sessions:read billing:read';
    const own = await portal.sign({ provider: 'queen-city-parking', scope });
    const other = await portal.sign({ provider: 'triangle-malls', scope });
    expect((await portal.call('GET', '/sessions', { token: own })).body['items']).toHaveLength(1);
    expect((await portal.call('GET', `/sessions/${session}`, { token: own })).body).toMatchObject({
      stationId: 'DUKE-CLT-001',
      state: 'ended',
      cinMasked: null,
      quote: null,
    });
    expect((await portal.call('GET', '/sessions', { token: other })).body['items']).toEqual([]);
    expect((await portal.call('GET', '/stations', { token: own })).body['items']).toMatchObject([
      { stationId: 'DUKE-CLT-001' },
    ]);
    expect((await portal.call('GET', `/sessions/${session}`, { token: own })).status).toBe(200);
    expect((await portal.call('GET', `/sessions/${session}`, { token: other })).status).toBe(404);
    expect((await portal.call('GET', '/stations/DUKE-CLT-001', { token: other })).status).toBe(404);
    expect((await portal.call('GET', '/invoices', { token: own })).status).toBe(403);
  });
});

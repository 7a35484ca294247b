import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Gateway, text } from './gateway.js';
import { sendRaw } from './raw-request.js';

const DUKE = 'duke-energy';
const ALABAMA = 'alabama-power';
const INVOICES = `/${DUKE}/api/v1/invoices`;

const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** ISO/IEC 7064 MOD 97-10 */
const withCheckDigits = (digits: string): string =>
  digits + String(98n - ((BigInt(digits) * 100n) % 97n)).padStart(2, '0');

/** What a partner's system, or somebody in its place, may get wrong: facts/reliability §7d and §7e by their ids. */
describe('bad input to a utility’s API', () => {
  let gateway: Gateway;
  let token: string;
  let claims: Record<string, unknown>;

  beforeAll(async () => {
    gateway = await Gateway.start();
    token = await gateway.token(DUKE, 'client');
    const [, payload = ''] = token.split('.');
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as typeof claims;
  }, 90_000);

  afterAll(async () => {
    await gateway.dispose();
  }, 30_000);

  async function ask(
    path: string,
    init: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
  ) {
    const response = await fetch(`${gateway.baseUrl}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  const as = (authorization: string) => ask(INVOICES, { headers: { authorization } });
  const json = { 'content-type': 'application/json' };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });

  it.each<[string, (own: string) => string]>([
    ['another scheme', (own) => `Basic ${own}`],
    ['no base64', () => 'Bearer %%%'],
    ['an empty token', () => 'Bearer '],
    ['two tokens', (own) => `Bearer ${own} ${own}`],
  ])('B076: %s is 401', async (_what, header) => {
    const answer = await as(header(token));
    expect(answer.status).toBe(401);
    expect(answer.headers.has('www-authenticate')).toBe(true);
  });

  it('B076: a token in the query opens nothing and is not told again', async () => {
    const response = await fetch(`${gateway.baseUrl}${INVOICES}?access_token=${token}`);
    const body = await response.text();
    expect([400, 401]).toContain(response.status);
    expect(body).not.toContain(token);
  });

  it('B077, B114: who calls is said by the token; headers, paths and queries of another utility change nothing', async () => {
    const headers = {
      'ocpi-from-party-id': 'ALA',
      'x-utility': ALABAMA,
      'x-forwarded-host': ALABAMA,
    };
    const own = await ask(INVOICES);
    expect(await ask(INVOICES, { headers })).toMatchObject({ status: 200, text: own.text });
    expect((await ask(`/${ALABAMA}/api/v1/invoices`, { headers })).status).toBe(403);
    expect((await ask(`${INVOICES}?utility=${ALABAMA}`)).status).toBe(400);
  });

  it('B078: what is no JSON, of another type or packed is refused', async () => {
    const path = `/${DUKE}/api/v1/billing-periods`;
    const send = async (body: string, headers: Record<string, string>) =>
      (await ask(path, { method: 'POST', body, headers })).status;
    expect(await send('{"partner"', json)).toBe(400);
    expect(await send('partner=x', { 'content-type': 'text/plain' })).toBe(415);
    expect(await send('\u001f\u008b', { ...json, 'content-encoding': 'gzip' })).toBe(415);
  });

  it.each<[string, string[]]>([
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3']],
    ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
    ['a carriage return in a header', ['X-Name: a\rb', 'Content-Length: 2']],
  ])('B079: %s is 400, and the connection closes', async (_what, lines) => {
    const head = [`POST ${INVOICES} HTTP/1.1`, 'Host: x', 'Content-Type: application/json'];
    const answer = await sendRaw(gateway.baseUrl, [...head, ...lines, '', '{}'].join('\r\n'));
    expect([answer.status, answer.isClosed]).toEqual([400, true]);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('B082: %s on a record is 405', async (method) => {
    const answer = await ask(`/${DUKE}/api/v1/cdrs/${randomUUID()}`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it.each<[string, string]>([
    ['40 characters', 'x'.repeat(40)],
    ['a slash', 'a%2Fb'],
    ['other letters', encodeURIComponent('ÄÖ漢')],
    ['a NUL', 'a%00b'],
  ])('B090: an id of %s is not there, or is none', async (_what, id) => {
    const answer = await ask(`/${DUKE}/api/v1/cdrs/${id}`);
    expect([400, 404]).toContain(answer.status);
  });

  it('B093: a member that nobody documented is refused and named', async () => {
    const period = { partner: ALABAMA, from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    for (const more of [{ status: 'PAID' }, { utility_id: 1 }, { is_admin: true }]) {
      const answer = await post(`/${DUKE}/api/v1/billing-periods`, { ...period, ...more });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(Object.keys(more)[0] ?? '');
    }
  });

  it('B096: one key, another body is a conflict; the same at once has one effect', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const consumer = (cin: string) => ({
      cin,
      customerClass: 'residential',
      planId: 'residential-roaming',
    });
    const once = await Promise.all(
      Array.from({ length: 4 }, () =>
        post(`/${DUKE}/api/v1/consumers`, consumer(withCheckDigits('840054160190000001')), key),
      ),
    );
    const answers = new Set(
      once.map(({ status, text: body }) => `${String(status)} ${body.slice(0, 60)}`),
    );
    expect(answers.size).toBe(1);
    const other = await post(
      `/${DUKE}/api/v1/consumers`,
      consumer(withCheckDigits('840054160190000002')),
      key,
    );
    expect([other.status, text(JSON.parse(other.text), 'code')]).toEqual([
      409,
      'idempotency_conflict',
    ]);
  });

  it.each([
    `/${INVOICES}`,
    `/${DUKE}/API/v1/invoices`,
    `/${DUKE}/api/v1/Invoices`,
    `${INVOICES}/`,
    `/${DUKE}/api/v1/x/../invoices`,
    `/${DUKE}/api/v1/%2e%2e/v1/invoices`,
    `/${DUKE}/api/v1/%69nvoices`,
    `/${ALABAMA}/../${DUKE}/api/v1/invoices`,
    `/docs/../${DUKE}/api/v1/invoices`,
  ])('B097: %s opens nothing that the plain path keeps shut', async (path) => {
    const foreign = await gateway.token(ALABAMA, 'client');
    for (const authorization of ['', `Authorization: Bearer ${foreign}\r\n`]) {
      const bytes = `GET ${path} HTTP/1.1\r\nHost: x\r\n${authorization}Connection: close\r\n\r\n`;
      const { status } = await sendRaw(gateway.baseUrl, bytes);
      expect([path, status >= 300 && status < 500]).toEqual([path, true]);
    }
  });

  it.each([
    'state[$ne]=issued',
    'state={"$ne":1}',
    'partner[]=x',
    '__proto__[admin]=1',
    'constructor=1',
    'limit=1e9x',
    'limit=1&limit=2',
  ])('B099: the filter %s is refused', async (query) => {
    const { status } = await ask(`${INVOICES}?${encodeURI(query)}`);
    expect([query, status]).toEqual([query, 400]);
  });

  /** a token with this header and these claims; signed with these bytes where there are any */
  function forged(header: object, changes: object, secret: string | null): string {
    const body = `${encoded(header)}.${encoded({ ...claims, ...changes })}`;
    const signature =
      secret === null ? '' : createHmac('sha256', secret).update(body).digest('base64url');
    return `${body}.${signature}`;
  }
  const headerOf = (): Record<string, unknown> =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as Record<
      string,
      unknown
    >;

  it.each(['none', 'None', 'nOnE', ''])('B101: alg “%s” is 401', async (alg) => {
    expect((await as(`Bearer ${forged({ ...headerOf(), alg }, {}, null)}`)).status).toBe(401);
  });

  it('B102: signed with the public key as a secret is 401', async () => {
    const { text: jwks } = await ask('/oidc/jwks');
    const { keys } = JSON.parse(jwks) as { keys: Record<string, string>[] };
    const secrets = [jwks, ...keys.flatMap((key) => [JSON.stringify(key), ...Object.values(key)])];
    for (const secret of secrets) {
      const token256 = forged({ ...headerOf(), alg: 'HS256' }, {}, secret);
      expect((await as(`Bearer ${token256}`)).status).toBe(401);
    }
  });

  it.each<[string, object]>([
    ['B103: jku', { jku: 'http://127.0.0.1:9/keys' }],
    ['B103: x5u', { x5u: 'http://127.0.0.1:9/chain' }],
    ['B103: jwk', { jwk: { kty: 'oct', k: 'AAAA' } }],
    ['B103: a kid that is a path', { kid: '../../key' }],
    ['B103: a kid that is a query', { kid: "' OR 1=1 --" }],
    ['B104: crit', { crit: ['exp'], exp: 1 }],
    ['B104: b64', { b64: false, crit: ['b64'] }],
    ['B104: a token inside', { cty: 'JWT' }],
    ['B112: a kid that nobody has', { kid: randomUUID() }],
  ])('%s in the header opens nothing', async (_what, header) => {
    const own = { ...headerOf(), ...header };
    const [, payload = '', signature = ''] = token.split('.');
    expect((await as(`Bearer ${encoded(own)}.${payload}.${signature}`)).status).toBe(401);
    expect((await as(`Bearer ${forged({ ...own, alg: 'HS256' }, {}, 'AAAA')}`)).status).toBe(401);
  });

  it('B104: other serialisations are 401', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const general = JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
    for (const other of [
      general,
      `${token}.${signature}`,
      `${header}.${payload}`,
      `${token}.a.b`,
    ]) {
      expect((await as(`Bearer ${other}`)).status).toBe(401);
    }
  });

  it.each<[string, object]>([
    ['in ten years', { exp: 2_100_000_000 }],
    ['a text', { exp: '1e400' }],
    ['for another utility', { aud: `urn:roamgrid:utility:${ALABAMA}` }],
    ['of another issuer', { iss: 'http://127.0.0.1:9' }],
  ])('B107: claims changed (%s) fit no signature', async (_what, changes) => {
    const [header = '', , signature = ''] = token.split('.');
    const changed = `${header}.${encoded({ ...claims, ...changes })}.${signature}`;
    expect((await as(`Bearer ${changed}`)).status).toBe(401);
  });

  it.each(['-1', '100.01', '1e2', '99,9'])(
    'B123: a share of %s percent is refused',
    async (share) => {
      const stations = await ask(`/${DUKE}/api/v1/stations?limit=1`);
      const [model] = (JSON.parse(stations.text) as { items: { document: object }[] }).items;
      const kept = ['provider', 'place', 'timeZone', 'stationClass', 'taxes', 'evses'];
      const body = Object.fromEntries(
        Object.entries(model?.document ?? {}).filter(([name]) => kept.includes(name)),
      );
      const answer = await post(`/${DUKE}/api/v1/stations`, {
        ...body,
        stationId: `BAD-${randomUUID().slice(0, 8)}`,
        providerSharePercentage: share,
      });
      expect([400, 422]).toContain(answer.status);
      expect(answer.text).toContain('providerSharePercentage');
    },
  );
});

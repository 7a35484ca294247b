import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CIN, PASSWORD, startFixture, STATION, type RouterFixture } from './router-fixture.js';
import { httpStation, SESSION } from './http-station.js';

let fixture: RouterFixture;

const send = httpStation(() => fixture);

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.stop();
});
beforeEach(() => {
  fixture.duke.forget();
});

describe('what is refused', () => {
  it.each([
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"rfid","admin":true}',
      400,
      'malformed_request',
      'admin',
    ],
    ['swipes', '{"connectorId":1,"medium":"rfid"}', 400, 'malformed_request', 'cin'],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","contractId":"2","medium":"rfid"}',
      400,
      'malformed_request',
      'cin',
    ],
    [
      'swipes',
      '{"connectorId":0,"cin":"1","medium":"rfid"}',
      400,
      'malformed_request',
      'connectorId',
    ],
    [
      'swipes',
      '{"connectorId":"1","cin":"1","medium":"rfid"}',
      400,
      'malformed_request',
      'connectorId',
    ],
    [
      'swipes',
      '{"connectorId":1.5,"cin":"1","medium":"rfid"}',
      400,
      'malformed_request',
      'connectorId',
    ],
    ['swipes', '{"connectorId":1,"cin":1,"medium":"rfid"}', 400, 'malformed_request', 'cin'],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"telepathy"}',
      400,
      'malformed_request',
      'medium',
    ],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"rfid","requestedEnergyKwh":20.5}',
      400,
      'malformed_request',
      'requestedEnergyKwh',
    ],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"rfid","requestedEnergyKwh":"-1"}',
      422,
      'unprocessable',
      undefined,
    ],
    [
      'swipes',
      '{"connectorId":1,"connectorId":1,"cin":"1","medium":"rfid"}',
      400,
      'malformed_request',
      undefined,
    ],
    ['swipes', '[]', 400, 'malformed_request', ''],
    ['swipes', 'null', 400, 'malformed_request', ''],
    ['swipes', '{"connectorId":', 400, 'malformed_request', undefined],
    ['swipes', '', 400, 'malformed_request', undefined],
    [
      'swipes',
      '{"connectorId":1,"cin":"\\u0000","medium":"rfid"}',
      400,
      'malformed_request',
      undefined,
    ],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"rfid","__proto__":{}}',
      400,
      'malformed_request',
      '__proto__',
    ],
    [`sessions/${SESSION}/consent`, '{"quoteHash":"zz"}', 400, 'malformed_request', 'quoteHash'],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":1000.5,"at":"2026-01-01T10:00:00Z"}',
      400,
      'malformed_request',
      'meterWh',
    ],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":1e3,"at":"2026-01-01T10:00:00Z"}',
      400,
      'malformed_request',
      'meterWh',
    ],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":"1,5","at":"2026-01-01T10:00:00Z"}',
      400,
      'malformed_request',
      'meterWh',
    ],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":"1000","at":"2026-02-30T10:00:00Z"}',
      400,
      'malformed_request',
      'at',
    ],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":"1000","at":"yesterday"}',
      400,
      'malformed_request',
      'at',
    ],
    [`sessions/${SESSION}/start`, '{"meterWh":"1000"}', 400, 'malformed_request', 'at'],
    [`sessions/${SESSION}/meter-values`, '{"values":[]}', 400, 'malformed_request', 'values'],
    [
      `sessions/${SESSION}/meter-values`,
      '{"values":[{"at":"x","meterWh":"1"}]}',
      400,
      'malformed_request',
      'values.0.at',
    ],
    [
      `sessions/${SESSION}/stop`,
      '{"meterWh":"1","at":"2026-01-01T10:00:00Z","reason":"tired"}',
      400,
      'malformed_request',
      'reason',
    ],
    [
      'sessions/not-a-session/stop',
      '{"meterWh":"1","at":"2026-01-01T10:00:00Z","reason":"full"}',
      404,
      'not_found',
      undefined,
    ],
    ['nowhere', '{}', 404, 'not_found', undefined],
  ])('%s %s → %i %s', async (path, text, status, code, at) => {
    const reply = await send(`/station/v1/${path}`, text);
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(reply.body['type']).toBe(`urn:roamgrid:error:${code}`);
    expect(typeof reply.body['traceId']).toBe('string');
    if (at !== undefined) expect(reply.body['errors']).toMatchObject([{ path: at }]);
    expect(fixture.duke.events).toHaveLength(0);
  });

  it('another content type', async () => {
    const reply = await send('/station/v1/swipes', '<x/>', { 'content-type': 'text/xml' });
    expect([reply.status, reply.body['code']]).toEqual([415, 'unsupported_media_type']);
  });

  it('is kept in the wire log all the same', async () => {
    await send('/station/v1/swipes', `{"cin":"${CIN}","pin":"9999"}`);
    expect(fixture.duke.frames).toHaveLength(1);
    expect(fixture.duke.frames[0]?.refusal).toEqual({ code: 'malformed_request', billing: false });
    expect(fixture.duke.frames[0]?.wire.raw).toBe('{"cin":"8400019501••••••••74","pin":"[pin]"}');
  });
});

describe('who asks', () => {
  it.each([
    ['nobody', ''],
    ['a wrong password', `Basic ${btoa(`${STATION}:wrong`)}`],
    ['an unknown station', `Basic ${btoa(`NOWHERE-001:${PASSWORD}`)}`],
    ['no station at all', `Basic ${btoa(`../etc:${PASSWORD}`)}`],
    ['another scheme', 'Bearer abc'],
    ['what is not base64', 'Basic %%%'],
  ])('%s → the same 401', async (_who, authorization) => {
    const { status, headers, body } = await send(`/station/v1/sessions/${SESSION}`, undefined, {
      authorization,
    });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="roamgrid"');
    expect(body).toMatchObject({
      code: 'unauthorized',
      detail: 'the station did not identify itself',
    });
  });

  it('credentials in the URL → 400', async () => {
    const { status } = await send(`/station/v1/sessions/${SESSION}?password=x`);
    expect(status).toBe(400);
  });

  it('twenty wrong passwords → 429 for a while that grows, but not for who is known', async () => {
    const wrong = { authorization: `Basic ${btoa('GUESSED-001:wrong')}` };
    const status = async (): Promise<number> =>
      (await send(`/station/v1/sessions/${SESSION}`, undefined, wrong)).status;
    for (let turn = 0; turn < 20; turn += 1) expect(await status()).toBe(401);
    expect(await status()).toBe(429);
    fixture.clock.offsetMs += 10_001;
    for (let turn = 0; turn < 20; turn += 1) expect(await status()).toBe(401);
    fixture.clock.offsetMs += 10_001;
    expect(await status()).toBe(429);
    fixture.clock.offsetMs += 10_001;
    expect(await status()).toBe(401);
  });
});

describe('what is too much', () => {
  it('a body beyond 64 KiB → 413', async () => {
    const body = `{"connectorId":1,"cin":"${'9'.repeat(70_000)}","medium":"rfid"}`;
    const reply = await send('/station/v1/swipes', body);
    expect([reply.status, reply.body['code']]).toEqual([413, 'payload_too_large']);
  });

  it('ten thousand brackets → 400', async () => {
    const reply = await send('/station/v1/swipes', '['.repeat(10_000));
    expect([reply.status, reply.body['code']]).toEqual([400, 'malformed_request']);
    expect(fixture.duke.refusals).toEqual([{ code: 'malformed_request', billing: false }]);
  });
});

describe('a body that cannot be read as a whole', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, string]>([
    ['what is not JSON', '{"connectorId":', 'the body is not JSON'],
    [
      'a member named twice',
      '{"connectorId":1,"connectorId":2}',
      'a member of the body is named twice',
    ],
    ['a NUL', '{"cin":"\\u0000"}', 'a text of the body holds what is no character'],
    ['half a character', '{"cin":"\\ud800"}', 'a text of the body holds what is no character'],
    ['1000 nested arrays', '['.repeat(1_000) + ']'.repeat(1_000), 'the body is nested too deeply'],
    [
      'what is not UTF-8',
      Uint8Array.from(Buffer.from('{"connectorId":1,"cin":"\xff\xfe","medium":"rfid"}', 'latin1')),
      'the body is not UTF-8',
    ],
  ])('%s is refused with a reason in errors[]', async (_name, body, reason) => {
    const answer = await fetch(
      `http://127.0.0.1:${String(fixture.router.port)}/station/v1/swipes`,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(`${STATION}:${PASSWORD}`).toString('base64')}`,
        },
        body,
      },
    );
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'malformed_request',
      detail: reason,
      errors: [{ path: '', message: reason }],
    });
  });
});

it.each([101, 1_500])(
  'a session id of %i letters is no session, and is not told again',
  async (length) => {
    const reply = await send(`/station/v1/sessions/${'a'.repeat(length)}`);
    expect(reply.status).toBe(404);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.stringify(reply.body)).not.toContain('aaaa');
  },
);

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StationSocket } from '../tools/src/station/station-socket.js';
import { Gateway } from './gateway.js';

/** What names a driver or opens a door, put into every place that a station, a program or staff can write to. */
const CANARY = {
  cin: '84005416011000055516',
  spelledCin: '8400-0195-0110-0004-5645',
  pin: '481516234200',
  uid: '04CA4A4E4A4E80',
  contractId: 'USALAC0CANARY1',
  password: 'canary-password-23',
  token: 'canary-bearer-42',
};
const STATION = 'DUKE-CLT-001';
const AT = '2026-01-01T10:00:00Z';

describe('canaries put into every input', () => {
  let gateway: Gateway;
  const answers: string[] = [];
  const level = process.env['LOG_LEVEL'];

  beforeAll(async () => {
    process.env['LOG_LEVEL'] = 'trace';
    gateway = await Gateway.start({ own: true });
  });

  afterAll(async () => {
    if (level === undefined) delete process.env['LOG_LEVEL'];
    else process.env['LOG_LEVEL'] = level;

    await gateway.dispose();
  });

  /** any request; what came back is looked at in the end */
  async function send(
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
    password = gateway.credentials.stations[STATION]?.password ?? '',
  ): Promise<void> {
    const response = await fetch(`${gateway.baseUrl}${path}`, {
      method: init.body === undefined ? 'GET' : 'POST',
      ...init,
      headers: {
        authorization: `Basic ${btoa(`${STATION}:${password}`)}`,
        'content-type': 'application/json',
        ...init.headers,
      },
    });
    answers.push(JSON.stringify([...response.headers]), await response.text());
  }

  async function sendHttp(): Promise<void> {
    const { cin, spelledCin, pin, uid, contractId, password, token } = CANARY;
    const swipe = { connectorId: 1, medium: 'rfid' };
    const session = '/station/v1/sessions/01900000-0000-7000-8000-00000000000a';
    const bodies = [
      { ...swipe, cin },
      { ...swipe, cin: spelledCin },
      { ...swipe, contractId },
      { ...swipe, cin, medium: 'dial', pin },
      { ...swipe, cin: `${cin}1` },
      { ...swipe, cin, [cin]: cin },
      { ...swipe, cin: { cin }, pin: [pin] },
      { ...swipe, uid },
    ].map((body) => JSON.stringify(body));
    for (const body of [...bodies, `{"cin":"${cin}","pin":"${pin}"`, `{"pin":${pin}`]) {
      await send('/station/v1/swipes', { body });
    }
    await send('/station/v1/swipes', { body: '{}' }, password);
    await send(`/station/v1/swipes?pin=${pin}&token=${token}`, { body: '{}' });
    await send(`/station/v1/${cin}`);
    await send(`/station/v1/sessions/${cin}`);
    await send(`${session}/consent`, { body: JSON.stringify({ quoteHash: cin }) });
    await send(`${session}/start`, { body: JSON.stringify({ meterWh: cin, at: AT, pin }) });
    await send(`/duke-energy/api/v1/sessions/${cin}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await send('/station/v1/swipes', { body: bodies[0] ?? '', headers: { 'x-cin': cin } });
  }

  async function sendOcpp201(): Promise<void> {
    const { cin, pin, uid, contractId } = CANARY;
    const tokens = [
      { idToken: cin, type: 'Central' },
      { idToken: uid, type: 'ISO14443' },
      { idToken: contractId, type: 'eMAID' },
      { idToken: cin, type: 'KeyCode', additionalInfo: [{ additionalIdToken: pin, type: 'PIN' }] },
      { idToken: cin, type: 'Nothing' },
    ];
    const calls: [string, object][] = tokens.flatMap((idToken): [string, object][] => [
      ['Authorize', { idToken }],
      ['TransactionEvent', eventOf(idToken)],
      ['TransactionEvent', { ...eventOf(idToken), [cin]: cin }],
    ]);
    calls.push(
      ['DataTransfer', { vendorId: cin, data: JSON.stringify({ idToken: uid, pin, cin }) }],
      ['SecurityEventNotification', { type: cin, timestamp: AT, techInfo: cin }],
      [cin, {}],
    );
    await call('ocpp2.0.1', calls);
  }

  async function sendOcpp16(): Promise<void> {
    const { cin, uid, pin } = CANARY;
    const start = { connectorId: 1, meterStart: 0, timestamp: AT };
    const stop = { transactionId: 1, meterStop: 1, timestamp: AT };
    const calls = [cin, uid].flatMap((idTag): [string, object][] => [
      ['Authorize', { idTag }],
      ['StartTransaction', { ...start, idTag }],
      ['StopTransaction', { ...stop, idTag }],
      ['StopTransaction', { ...stop, idTag, pin }],
    ]);
    calls.push(['DataTransfer', { vendorId: 'v', messageId: cin, data: `of ${cin}` }]);
    await call('ocpp1.6', calls);
  }

  async function call(
    protocol: 'ocpp1.6' | 'ocpp2.0.1',
    calls: readonly (readonly [string, object])[],
  ): Promise<void> {
    const socket = await StationSocket.connect(gateway.ocppAddress(STATION), protocol);
    socket.onFrame = ({ direction, text }) => {
      // a station that authorizes by itself has to know whom; the wire log, which is read later, does not
      if (direction === 'received' && !/^\[2,"[^"]*","SendLocalList"/.test(text))
        answers.push(text);
    };
    for (const [action, payload] of calls) {
      await socket.call(action, { ...payload }).catch((error: unknown) => {
        answers.push(String(error));
      });
    }
    const raw = [
      `[2,"${CANARY.cin}","Heartbeat",{"idTag":"${CANARY.uid}"`,
      `[2,"${CANARY.cin}","Authorize",{"idTag":"${CANARY.uid}","pin":"${CANARY.pin}"}]`,
    ];
    for (const text of raw) socket.sendText(text);
    await socket.call('Heartbeat', {});
    await socket.close();
  }

  /** what staff and their programs put in: tables, consumers, passwords on their way to a station */
  async function sendAsStaff(): Promise<void> {
    const { cin, pin, uid, password } = CANARY;
    const api = `/duke-energy/api/v1`;
    const authorization = `Bearer ${await gateway.token('duke-energy', 'client')}`;
    const tables = [
      `cin,pin,cardUid\n${cin},${pin},${uid}`,
      `cin,customerClass,planId,pin,cardUids\n${cin}9,commercial,none,${pin},${uid}`,
      `${cin}\n"${pin}`,
    ];
    for (const body of tables) {
      const headers = { authorization, 'content-type': 'text/csv' };
      await send(`${api}/imports/consumers`, { body, headers });
      const { importId } = JSON.parse(answers.at(-1) ?? '{}') as { importId?: string };
      if (importId !== undefined) await send(`${api}/imports/${importId}`, { headers });
    }
    const bodies: [string, object][] = [
      ['/consumers', { cin: `${cin}9`, pin, cardUids: [uid] }],
      ['/consumers', { cin, pin: [pin], [uid]: uid }],
      ['/consumers/search', { cin: `${cin}9` }],
      ['/consumers/search', { cin: [cin], pin }],
      [
        `/stations/${STATION}/commands/ChangeConfiguration`,
        { key: 'AuthorizationKey', value: password },
      ],
      [
        `/stations/${STATION}/commands/SetVariables`,
        {
          setVariableData: [
            {
              attributeValue: password,
              component: { name: 'SecurityCtrlr' },
              variable: { name: 'BasicAuthPassword' },
            },
          ],
        },
      ],
    ];
    for (const [path, body] of bodies) {
      await send(`${api}${path}`, { body: JSON.stringify(body), headers: { authorization } });
    }
  }

  /** every place where staff, machines or partners read */
  async function written(): Promise<string[]> {
    const paths = ['/suspense', '/sessions', `/stations/${STATION}/messages`, '/mandates'];
    const pages = await Promise.all(
      paths.map((path) => gateway.api('duke-energy', 'GET', `${path}?limit=500`)),
    );
    const items = (pages[1]?.body as { items: { sessionId: string }[] }).items;
    const traces = await Promise.all(
      items.map(({ sessionId }) =>
        gateway.api('duke-energy', 'GET', `/sessions/${sessionId}/trace`),
      ),
    );
    const metrics = await (await fetch(`${gateway.baseUrl}/metrics`)).text();
    return [
      gateway.output,
      metrics,
      ...[...pages, ...traces].map(({ body }) => JSON.stringify(body)),
    ];
  }

  it('stand in no log, error, answer, metric, trace, suspense item or wire log', async () => {
    await sendHttp();
    await sendOcpp201();
    await sendOcpp16();
    await sendAsStaff();
    const { output } = gateway;
    expect(output.length).toBeGreaterThan(1_000);
    // a frame's own id goes back to the station that chose it, which the standard asks for
    const back = answers.map((text) => text.replaceAll(/^\[[34],"[^"]*"/g, ''));
    const everything = [...back, ...(await written())].join('\n');
    for (const [name, canary] of Object.entries(CANARY)) {
      const at = everything.indexOf(canary);
      const found = at < 0 ? null : `${name}: …${everything.slice(Math.max(0, at - 160), at + 60)}`;
      expect(found).toBeNull();
    }
  });
});

function eventOf(idToken: object): object {
  return {
    eventType: 'Started',
    timestamp: AT,
    triggerReason: 'Authorized',
    seqNo: 0,
    transactionInfo: { transactionId: `t-${JSON.stringify(idToken).length.toString()}` },
    evse: { id: 1 },
    idToken,
  };
}

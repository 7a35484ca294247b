import { at as valueAt, text, type Answer, type Gateway } from './gateway.js';

export interface ChargeWish {
  readonly stationId?: string;
  readonly connectorId?: number;
  readonly cin?: string;
  readonly energyWh?: number;
  readonly minutes?: number;
  readonly startWh?: number;
  readonly offline?: boolean;
  readonly endedMinutesAgo?: number;
}

export interface Charged {
  readonly swipe: Answer;
  readonly stop: Answer;
  readonly sessionId: string;
}

export const GOLD = '84000195011000012374';
export const ALABAMA_PLAIN = '84000195011000045645';

/** Swipe, consent, start, one reading half-way, stop – over the station HTTP API, in the past. */
export async function charge(gateway: Gateway, wish: ChargeWish = {}): Promise<Charged> {
  const {
    stationId = 'DUKE-CLT-001',
    connectorId = 1,
    cin = GOLD,
    energyWh = 20_000,
    minutes = 60,
    startWh = 1_000,
    offline = true,
    endedMinutesAgo = 0,
  } = wish;
  const post = (path: string, body: unknown): Promise<Answer> =>
    gateway.station(stationId, 'POST', path, body);
  const requestedEnergyKwh = String(Math.max(1, Math.ceil(energyWh / 1000)));
  const asked = { connectorId, cin, medium: 'rfid', requestedEnergyKwh };
  const swipe = await swipeOnceFree(gateway, () => post('/swipes', asked));
  const sessionId = text(swipe.body, 'sessionId');
  if (valueAt(swipe.body, 'decision') !== 'quoted') {
    throw new Error(`refused at ${stationId}: ${JSON.stringify(swipe.body)}`);
  }
  await expectOk(
    post(`/sessions/${sessionId}/consent`, { quoteHash: valueAt(swipe.body, 'quote.hash') }),
  );
  const endMs = Date.now() - endedMinutesAgo * 60_000;
  const at = (part: number): string =>
    new Date(endMs - Math.round((1 - part) * minutes * 60_000)).toISOString();
  await expectOk(
    post(`/sessions/${sessionId}/start`, { meterWh: String(startWh), at: at(0), offline }),
  );
  await expectOk(
    post(`/sessions/${sessionId}/meter-values`, {
      values: [{ at: at(0.5), meterWh: String(startWh + energyWh / 2) }],
      offline,
    }),
  );
  const stop = await post(`/sessions/${sessionId}/stop`, {
    meterWh: String(startWh + energyWh),
    at: at(1),
    reason: 'full',
    stateOfChargePercent: 80,
    offline,
  });
  return { swipe, stop, sessionId };
}

/** That the driver's charge elsewhere is over is still on its way home when they are already here. */
export async function swipeOnceFree(
  gateway: Gateway,
  swipe: () => Promise<Answer>,
): Promise<Answer> {
  let answer = await swipe();
  await gateway.until(async () => {
    if (valueAt(answer.body, 'reason') !== 'concurrent_session') return true;
    answer = await swipe();
    return false;
  }, 'the driver is known to charge nowhere else');
  return answer;
}

async function expectOk(call: Promise<Answer>): Promise<Answer> {
  const answer = await call;
  if (answer.status !== 200) {
    throw new Error(`${String(answer.status)}: ${JSON.stringify(answer.body)}`);
  }
  return answer;
}

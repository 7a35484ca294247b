import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DemoFault } from './demo-fault.js';
import type { DemoGateway } from './demo-gateway.js';
import type { SwarmStation } from './simulate-stations.js';
import { SimulatedStation16 } from './station/simulated-station-16.js';
import { SimulatedStation201 } from './station/simulated-station-201.js';

export type Protocol = 'ocpp2.0.1' | 'ocpp1.6' | 'http';

export interface SwarmCharge {
  readonly station: SwarmStation;
  readonly connectorId: number;
  readonly cin: string;
  readonly startWh: string;
  readonly stopWh: string;
  readonly startAt: string;
  readonly stopAt: string;
}

/** How the books name a charge: by the gateway's session id, or by the station's transaction. */
export type ChargeName = { readonly sessionId: string } | { readonly transactionId: string };

/** null: the driver was refused, and no energy flowed */
type Outcome = ChargeName | null;

const swipeAnswer = z.looseObject({
  sessionId: z.string(),
  decision: z.string(),
  quote: z.looseObject({ hash: z.string() }).optional(),
});

function addressOf(gateway: DemoGateway, { stationId, password }: SwarmStation) {
  return { url: gateway.socketUrl, stationId, password };
}

async function chargeOver201(gateway: DemoGateway, charge: SwarmCharge): Promise<Outcome> {
  const station = await SimulatedStation201.connect(addressOf(gateway, charge.station));
  try {
    const token = { idToken: charge.cin, type: 'Central' as const };
    if ((await station.authorize(token)).status !== 'Accepted') return null;
    const transactionId = randomUUID();
    const { connectorId: evseId, startAt, startWh: meterWh } = charge;
    await station.start({ transactionId, evseId, token, meterWh, at: startAt, offline: true });
    await station.end({ meterWh: charge.stopWh, at: charge.stopAt, offline: true });
    return { transactionId };
  } finally {
    await station.close();
  }
}

async function chargeOver16(gateway: DemoGateway, charge: SwarmCharge): Promise<Outcome> {
  const station = await SimulatedStation16.connect(addressOf(gateway, charge.station));
  try {
    const { cin: idTag, connectorId, startWh, startAt, stopWh, stopAt } = charge;
    if ((await station.authorize(idTag)) !== 'Accepted') return null;
    const start = { connectorId, idTag, meterWh: startWh, at: startAt };
    const { transactionId } = await station.start(start);
    await station.stop(transactionId, stopWh, stopAt);
    return { transactionId };
  } finally {
    await station.close();
  }
}

async function post(
  gateway: DemoGateway,
  { stationId, password }: SwarmStation,
  path: string,
  body: object,
): Promise<unknown> {
  const basic = Buffer.from(`${stationId}:${password}`).toString('base64');
  const response = await fetch(`${gateway.baseUrl}/station/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new DemoFault(
      `${path} was answered ${String(response.status)}: ${await response.text()}`,
    );
  }
  return response.json();
}

async function chargeOverHttp(gateway: DemoGateway, charge: SwarmCharge): Promise<Outcome> {
  const { station, cin, connectorId, startWh, startAt, stopWh, stopAt } = charge;
  const swipe = swipeAnswer.parse(
    await post(gateway, station, '/swipes', { connectorId, cin, medium: 'rfid' }),
  );
  if (swipe.decision !== 'quoted') return null;
  const { sessionId, quote } = swipe;
  const path = `/sessions/${sessionId}`;
  await post(gateway, station, `${path}/consent`, { quoteHash: quote?.hash });
  await post(gateway, station, `${path}/start`, { meterWh: startWh, at: startAt, offline: true });
  const stop = { meterWh: stopWh, at: stopAt, reason: 'driver', offline: true };
  await post(gateway, station, `${path}/stop`, stop);
  return { sessionId };
}

/** One charge as a station of that protocol does it. */
export function playCharge(
  gateway: DemoGateway,
  protocol: Protocol,
  charge: SwarmCharge,
): Promise<Outcome> {
  switch (protocol) {
    case 'ocpp2.0.1':
      return chargeOver201(gateway, charge);
    case 'ocpp1.6':
      return chargeOver16(gateway, charge);
    case 'http':
      return chargeOverHttp(gateway, charge);
  }
}

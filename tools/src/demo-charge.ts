import { randomUUID } from 'node:crypto';
import { formatEnergyWh, parseEnergyWh, type EnergyMilliWh } from '@roamgrid/kernel';
import { sessionPage, type SessionAnswer } from './demo-answers.js';
import { DemoFault } from './demo-fault.js';
import type { DemoGateway } from './demo-gateway.js';
import { quarterOf, type Slot } from './demo-slot.js';
import { SimulatedStation201, type TokenShown } from './station/simulated-station-201.js';

export interface ChargeWish {
  readonly stationId: string;
  readonly visited: string;
  readonly cin: string;
  readonly energyMilliWh: EnergyMilliWh;
  readonly slot: Slot;
}

export interface Charged {
  /** what the station's screen showed before the start */
  readonly price: string;
  /** the final cost, as the station was told it */
  readonly totalCost: string | null;
  readonly message: string | null;
  readonly session: SessionAnswer;
}

const FIND_MS = 15_000;

function registerAt({ slot, energyMilliWh }: ChargeWish, part: 0 | 1 | 2 | 3 | 4): string {
  return formatEnergyWh(parseEnergyWh(slot.startWh) + (energyMilliWh * BigInt(part)) / 4n);
}

async function sessionOf(
  gateway: DemoGateway,
  { visited }: ChargeWish,
  transactionId: string,
): Promise<SessionAnswer> {
  return gateway.until(`${visited} shows the session`, FIND_MS, async () => {
    const { items } = await gateway.get(visited, '/sessions?role=visited&limit=50', sessionPage);
    return items.find((item) => item.transactionId === transactionId) ?? null;
  });
}

async function meterAll(
  station: SimulatedStation201,
  wish: ChargeWish,
  token: TokenShown,
): Promise<{ transactionId: string; totalCost: string | null; message: string | null }> {
  const transactionId = randomUUID();
  const at = (part: 0 | 1 | 2 | 3 | 4) => ({
    meterWh: registerAt(wish, part),
    at: quarterOf(wish.slot, part),
  });
  const evseId = wish.slot.connectorId;
  await station.start({ transactionId, evseId, token, ...at(0), offline: true });
  for (const part of [1, 2, 3] as const) await station.meter({ ...at(part), offline: true });
  const ended = await station.end({ ...at(4), offline: true });
  return { transactionId, totalCost: ended.totalCost, message: ended.message };
}

/**
 * Swipes, shows the price, charges and ends over a real OCPP 2.0.1 socket.
 *
 * @throws DemoFault when the driver is refused
 */
export async function chargeOverOcpp(gateway: DemoGateway, wish: ChargeWish): Promise<Charged> {
  const password = gateway.credentials.stations[wish.stationId]?.password;
  if (password === undefined) throw new DemoFault(`There is no station ${wish.stationId}.`);
  const station = await SimulatedStation201.connect({
    url: gateway.socketUrl,
    stationId: wish.stationId,
    password,
  });
  try {
    await station.boot();
    const token: TokenShown = { idToken: wish.cin, type: 'Central' };
    const { status, message: price } = await station.authorize(token);
    if (status !== 'Accepted') throw new DemoFault(`The driver is refused, ${status}: ${price}`);
    const { transactionId, totalCost, message } = await meterAll(station, wish, token);
    const session = await sessionOf(gateway, wish, transactionId);
    return { price, totalCost, message, session };
  } finally {
    await station.close();
  }
}

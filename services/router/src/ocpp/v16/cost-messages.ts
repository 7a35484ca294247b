import { writeExact, exactNumber } from '../../exact/exact-json.js';
import type { StationLink } from '../station-call.js';
import type { StationMemory } from '../station-memory.js';

/** OCPP 1.6 has no message for prices; the California extension sends them by DataTransfer. */
const VENDOR = 'org.openchargealliance.costmsg';

function statusOf(payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null && 'status' in payload
    ? payload.status
    : null;
}

/** Asks once whether the station knows the vendor; no price goes to one that has not said so. */
export async function askForCostMessages(memory: StationMemory, link: StationLink): Promise<void> {
  const outcome = await link.call('DataTransfer', { vendorId: VENDOR });
  if (outcome.kind === 'timeout' || outcome.kind === 'offline') return;
  const status = outcome.kind === 'result' ? statusOf(outcome.payload) : null;
  memory.knowsCostMessages = status === 'Accepted' || status === 'UnknownMessageId';
}

async function send(link: StationLink, messageId: string, data: object): Promise<boolean> {
  const payload = { vendorId: VENDOR, messageId, data: writeExact(data) };
  const outcome = await link.call('DataTransfer', payload);
  return outcome.kind === 'result' && statusOf(outcome.payload) === 'Accepted';
}

/** The quote, for the display, before the start. True when the station took it. */
export function sendUserPrice(
  link: StationLink,
  idToken: string,
  priceText: string,
): Promise<boolean> {
  return send(link, 'SetUserPrice', { idToken, priceText });
}

export interface RunningCost {
  readonly transactionId: string;
  readonly at: string;
  readonly meterWh: string;
  readonly totalInclTax: string;
}

export async function sendRunningCost(link: StationLink, cost: RunningCost): Promise<void> {
  await send(link, 'RunningCost', {
    transactionId: exactNumber(cost.transactionId),
    timestamp: cost.at,
    meterValue: exactNumber(cost.meterWh),
    cost: exactNumber(cost.totalInclTax),
    state: 'Charging',
  });
}

export async function sendFinalCost(
  link: StationLink,
  transactionId: string,
  totalInclTax: string,
  priceText: string,
): Promise<void> {
  await send(link, 'FinalCost', {
    transactionId: exactNumber(transactionId),
    cost: exactNumber(totalInclTax),
    priceText,
  });
}

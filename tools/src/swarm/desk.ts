import { z } from 'zod';
import { refused, type DemoGateway } from '../demo-gateway.js';
import { askUntilAnswered } from './answered.js';
import type { RemoteCall } from './player.js';
import type { HeardCall } from './station-line.js';

const ANSWERED_MS = 120_000;
const RESERVED_MS = 10 * 60_000;
/** these come of somebody's wish only; a stop may also come of a credit that is used up */
const UNASKED = /^(?:RequestStart|RemoteStart|ReserveNow)/;

const operation = z.looseObject({
  operationId: z.string(),
  state: z.string(),
  reason: z.string().nullish(),
});
const reservation = z.looseObject({ reservationId: z.string(), state: z.string() });

/** What utilities had a station called for, and what it must therefore have heard; nothing is read back. */
export class AskedCalls {
  readonly #expected: HeardCall[] = [];

  expect({ action, payload }: RemoteCall): void {
    this.#expected.push({ action, payload: JSON.parse(JSON.stringify(payload)) as unknown });
  }

  /** A connector was kept; under which number is the gateway's. */
  expectReservation(): void {
    this.#expected.push({ action: 'ReserveNow', payload: null });
  }

  /** what it must have heard */
  get actions(): readonly string[] {
    return this.#expected.map(({ action }) => action);
  }

  /** Differences, each a line for people. */
  compare(stationId: string, heard: readonly HeardCall[]): string[] {
    const text = ({ action, payload }: HeardCall): string =>
      action === 'ReserveNow' ? action : `${action} ${digits(payload)}`;
    const left = heard.map(text);
    const missing = this.#expected.map(text).filter((one) => {
      const place = left.indexOf(one);
      if (place >= 0) left.splice(place, 1);
      return place < 0;
    });
    return [
      ...missing.map((one) => `${stationId}: it was to hear ${one}, and did not`),
      ...left
        .filter((one) => UNASKED.test(one))
        .map((one) => `${stationId}: it heard ${one}, which nobody asked for`),
    ];
  }
}

/** Numbers as their digits: a station reads them without loss. */
function digits(payload: unknown): string {
  return JSON.stringify(payload, (_name, value: unknown) =>
    typeof value === 'number' ? String(value) : value,
  );
}

/** As staff of the visited utility: has a station called. @returns null where it was called, else why not */
export async function callStation(
  gateway: DemoGateway,
  visited: string,
  stationId: string,
  { action, payload }: RemoteCall,
): Promise<string | null> {
  const path = `/stations/${stationId}/commands/${action}`;
  const asked = await askUntilAnswered(gateway, visited, path, payload);
  if (asked.status !== 202) throw refused(`${action} at ${stationId}`, asked);
  const { operationId } = operation.parse(asked.body);
  const ended = await gateway.until(`${stationId} answers ${action}`, ANSWERED_MS, async () => {
    const found = await gateway.get(visited, `/operations/${operationId}`, operation);
    return found.state === 'pending' ? null : found;
  });
  return ended.state === 'answered' ? null : (ended.reason ?? ended.state);
}

/** As the driver's home: asks for a connector to be kept. @returns whether it is */
export async function reserve(
  gateway: DemoGateway,
  home: string,
  wish: {
    readonly visitedUtility: string;
    readonly stationId: string;
    readonly connectorId: number;
    readonly cin: string;
  },
): Promise<boolean> {
  const until = new Date(Date.now() + RESERVED_MS).toISOString();
  const asked = await askUntilAnswered(gateway, home, '/reservations', { ...wish, until });
  if (asked.status !== 202) return false;
  const { reservationId } = reservation.parse(asked.body);
  const path = `/reservations/${reservationId}?visitedUtility=${wish.visitedUtility}`;
  const ended = await gateway.until(`${wish.stationId} is reserved`, ANSWERED_MS, async () => {
    const found = await gateway.get(home, path, reservation);
    return found.state === 'pending' ? null : found;
  });
  return ended.state === 'honoured';
}

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DemoFault } from '../demo-fault.js';
import {
  ACCEPTED,
  type ChargeName,
  type Decision,
  type StationPlayer,
  type Visit,
} from './player.js';
import { CallUnanswered } from '../station/station-socket.js';
import type { MeterStep, StopReason } from './script.js';
import type { Timings } from './timings.js';

const swipeAnswer = z.looseObject({
  sessionId: z.string(),
  decision: z.string(),
  reason: z.string().optional(),
  quote: z.looseObject({ hash: z.string() }).optional(),
});

export interface HttpStation {
  readonly baseUrl: string;
  readonly stationId: string;
  readonly password: string;
}

const STOP_REASONS: Readonly<Record<StopReason, string>> = {
  Local: 'driver',
  EVDisconnected: 'interrupted',
  EmergencyStop: 'fault',
  PowerLoss: 'interrupted',
  Remote: 'driver',
};

function decisionOf({ decision, reason }: z.output<typeof swipeAnswer>): Decision {
  return decision === 'quoted' ? ACCEPTED : { isAccepted: false, reason: reason ?? 'refused' };
}

/** A station of the swarm that speaks HTTP. */
export class PlayerHttp implements StationPlayer {
  readonly called = null;
  readonly #station: HttpStation;
  readonly #timings: Timings;
  #sessionId: string | null = null;
  #quoteHash: string | null = null;

  constructor(station: HttpStation, timings: Timings) {
    this.#station = station;
    this.#timings = timings;
  }

  async authorize(visit: Visit): Promise<Decision> {
    this.#sessionId = null;
    const swipe = await this.#swipe(visit);
    this.#sessionId = swipe.sessionId;
    this.#quoteHash = swipe.quote?.hash ?? null;
    return decisionOf(swipe);
  }

  async showOther(visit: Visit): Promise<Decision & { readonly name: ChargeName }> {
    const swipe = await this.#swipe(visit);
    return { ...decisionOf(swipe), name: { sessionId: swipe.sessionId } };
  }

  beside(): PlayerHttp {
    return new PlayerHttp(this.#station, this.#timings);
  }

  reconnect(): Promise<void> {
    return Promise.resolve();
  }

  async #swipe({ connectorId, cin }: Visit): Promise<z.output<typeof swipeAnswer>> {
    const body = { connectorId, cin, medium: 'rfid' };
    return swipeAnswer.parse(await this.#post('HTTP swipe', '/swipes', body, randomUUID()));
  }

  async begin(): Promise<void> {
    await this.#post('HTTP consent', this.#path('consent'), { quoteHash: this.#quoteHash });
  }

  async deliver({ kind, at, meterWh, isOffline, stopReason }: MeterStep): Promise<Decision> {
    const late = isOffline ? { offline: true } : {};
    switch (kind) {
      case 'start':
        await this.#post('HTTP start', this.#path('start'), { meterWh, at, ...late });
        return ACCEPTED;
      case 'update':
        await this.#post('HTTP meter-values', this.#path('meter-values'), {
          values: [{ at, meterWh }],
          ...late,
        });
        return ACCEPTED;
      case 'stop':
        await this.#post('HTTP stop', this.#path('stop'), {
          meterWh,
          at,
          reason: STOP_REASONS[stopReason],
          ...late,
        });
        return ACCEPTED;
    }
  }

  name(): ChargeName | null {
    return this.#sessionId === null ? null : { sessionId: this.#sessionId };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #path(step: string): string {
    return `/sessions/${this.#sessionId ?? ''}/${step}`;
  }

  /** Its key makes a swipe that is sent again the same swipe; other steps are known by their content. */
  async #post(call: string, path: string, body: object, key?: string): Promise<unknown> {
    const { baseUrl, stationId, password } = this.#station;
    const basic = Buffer.from(`${stationId}:${password}`).toString('base64');
    return this.#timings.measure(call, async () => {
      const response = await fetch(`${baseUrl}/station/v1${path}`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${basic}`,
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as unknown;
      if (response.status === 503) throw new CallUnanswered(`${call} was answered 503: ${text}`);
      throw new DemoFault(`${call} was answered ${String(response.status)}: ${text}`);
    });
  }
}

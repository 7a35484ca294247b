import { expect } from '@jest/globals';
import { PASSWORD, quoted, startFixture, STATION, type RouterFixture } from './router-fixture.js';
import { eventReply } from './stand-in-aaa.js';
import { RawStation } from './raw-station.js';

const AT = '2026-01-01T10:00:00Z';

/** A gateway to send bad input to, each over a connection of its own. */
export class BadInputBench {
  readonly fixture: RouterFixture;

  private constructor(fixture: RouterFixture) {
    this.fixture = fixture;
  }

  static async start(): Promise<BadInputBench> {
    return new BadInputBench(await startFixture());
  }

  address(): { url: string; stationId: string; password: string } {
    const url = `ws://127.0.0.1:${String(this.fixture.router.port)}`;
    return { url, stationId: STATION, password: PASSWORD };
  }

  /** aaa quotes and takes everything again */
  reset(): void {
    const { duke } = this.fixture;
    duke.forget();
    duke.onSwipe = quoted;
    duke.onEvent = (event) => eventReply(event);
  }

  connect(protocol = 'ocpp2.0.1'): Promise<RawStation> {
    return RawStation.connect(this.address(), protocol);
  }

  /** Runs `work` on a socket of its own, then shows that the next valid call still works. */
  async onSocket(
    work: (raw: RawStation) => Promise<void> | void,
    protocol = 'ocpp2.0.1',
  ): Promise<void> {
    const raw = await this.connect(protocol);
    this.fixture.duke.forget();
    await work(raw);
    raw.send('[2,"still-there","Heartbeat",{}]');
    expect((await raw.next()).slice(0, 2)).toEqual([3, 'still-there']);
    await raw.close();
  }

  http(
    path: string,
    init: { method?: string; headers?: Record<string, string>; body?: string } = {},
    credentials = `${STATION}:${PASSWORD}`,
  ): Promise<Response> {
    return fetch(`http://127.0.0.1:${String(this.fixture.router.port)}${path}`, {
      ...init,
      headers: {
        authorization: `Basic ${btoa(credentials)}`,
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...init.headers,
      },
    });
  }
}

/** A valid TransactionEvent of OCPP 2.0.1 but for the members named. */
export function eventWith(members: object): string {
  const event = {
    eventType: 'Updated',
    timestamp: AT,
    triggerReason: 'Trigger',
    seqNo: 1,
    transactionInfo: { transactionId: 't' },
    ...members,
  };
  return JSON.stringify([2, 'm1', 'TransactionEvent', event]);
}

export const sampled = (sample: object): object => ({
  meterValue: [{ timestamp: AT, sampledValue: [sample] }],
});

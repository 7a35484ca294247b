import { describe, expect, it } from '@jest/globals';
import type { authenticateStation, ReplyOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Bus } from '@roamgrid/messaging';
import { StationDirectory } from '../src/stations/station-directory.js';

type Answer = 'accepts' | 'knows it not' | 'is down' | 'is silent';

const STATION = 'DUKE-CLT-001';
const silence = new Promise<never>(() => undefined);

function replyOf(answer: Answer): Promise<ReplyOf<typeof authenticateStation>> {
  switch (answer) {
    case 'is silent':
      return silence;
    case 'is down':
      return Promise.reject(new RoamgridError('peer_unreachable', 'nobody listens'));
    case 'accepts':
    case 'knows it not': {
      const accepted = answer === 'accepts';
      return Promise.resolve({ known: accepted, accepted, station: null });
    }
  }
}

/** Of two utilities, which answer so. */
function directory(first: Answer, second: Answer): StationDirectory {
  const answers: Readonly<Record<string, Answer>> = { first, second };
  const bus: Pick<Bus, 'request'> = {
    request: (_contract, to) => replyOf(answers[to] ?? 'is down') as never,
  };
  return new StationDirectory({
    bus: bus as Bus,
    utilities: () => Object.keys(answers),
    clock: { now: () => 0 },
  });
}

const outcomeOf = (first: Answer, second: Answer): Promise<unknown> =>
  directory(first, second)
    .authenticate(STATION, 'its password')
    .then(
      (station) => station?.utility ?? null,
      (error: unknown) => (error as RoamgridError).code,
    );

describe('whose station it is', () => {
  it.each<[Answer, Answer, string | null]>([
    ['accepts', 'knows it not', 'first'],
    ['knows it not', 'accepts', 'second'],
    ['is down', 'accepts', 'second'],
    ['is silent', 'accepts', 'second'],
    ['accepts', 'is silent', 'first'],
    ['knows it not', 'knows it not', null],
    ['knows it not', 'is down', 'peer_unreachable'],
    ['is down', 'is down', 'peer_unreachable'],
  ])('one %s, the other %s: %s', async (first, second, expected) => {
    expect(await outcomeOf(first, second)).toBe(expected);
  });
});

import { describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { REST_MS, SilentHomes } from '../src/silent-homes.js';
import { TestClock } from './test-clock.js';

const HOME = 'alabama-power';

/** What becomes of a question, and how long it takes. */
type Answer = 'answered' | 'refused' | 'silent' | 'nobodyListens';
const TAKES_MS: Readonly<Record<Answer, number>> = {
  answered: 5,
  refused: 5,
  silent: 10_000,
  nobodyListens: 90,
};

describe('homes that keep drivers waiting', () => {
  const world = () => {
    const clock = new TestClock();
    const homes = new SilentHomes(clock);
    const question = (answer: Answer) => (): Promise<string> => {
      clock.nowMs += TAKES_MS[answer];
      if (answer === 'answered') return Promise.resolve('accepted');
      const code = answer === 'refused' ? 'unprocessable' : 'peer_unreachable';
      return Promise.reject(new RoamgridError(code, answer));
    };
    /** a driver: asks home where that may be */
    const driver = async (answer: Answer): Promise<string> => {
      if (!homes.mayAsk(HOME)) return 'ruled';
      return homes.ask(HOME, question(answer)).catch(() => 'asked in vain');
    };
    return { clock, homes, driver, question };
  };

  it.each<[string, (Answer | number)[], string[]]>([
    ['the second driver is not kept waiting', ['silent', 'silent'], ['asked in vain', 'ruled']],
    [
      'after a rest one tries, and the next are ruled again',
      ['silent', REST_MS, 'silent', 'silent'],
      ['asked in vain', 'asked in vain', 'ruled'],
    ],
    [
      'an answer ends it',
      ['silent', REST_MS, 'answered', 'answered'],
      ['asked in vain', 'accepted', 'accepted'],
    ],
    [
      'a refusal is an answer',
      ['silent', REST_MS, 'refused', 'answered'],
      ['asked in vain', 'asked in vain', 'accepted'],
    ],
    [
      'the rest is not over a moment before',
      ['silent', REST_MS - 1, 'answered'],
      ['asked in vain', 'ruled'],
    ],
    [
      'where nobody listens nobody waits, and all may ask',
      ['nobodyListens', 'nobodyListens', 'answered'],
      ['asked in vain', 'asked in vain', 'accepted'],
    ],
  ])('%s', async (_what, steps, said) => {
    const { clock, driver } = world();
    const heard: string[] = [];
    for (const step of steps) {
      if (typeof step === 'number') clock.nowMs += step;
      else heard.push(await driver(step));
    }
    expect(heard).toEqual(said);
  });

  it('while one tries, nobody else does', async () => {
    const { clock, homes, question } = world();
    await homes.ask(HOME, question('silent')).catch(() => undefined);
    clock.nowMs += REST_MS;
    expect(homes.mayAsk(HOME)).toBe(true);
    expect(homes.mayAsk(HOME)).toBe(false);
    expect(homes.mayAsk('georgia-power')).toBe(true);
  });
});

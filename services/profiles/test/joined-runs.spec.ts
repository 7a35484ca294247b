import { describe, expect, it } from '@jest/globals';
import { joinedRuns } from '../src/joined-runs.js';

describe('runs that are joined', () => {
  it('are two for a thousand who ask at once, and each asker waits for a run that began later', async () => {
    let begun = 0;
    const ends: (() => void)[] = [];
    const run = joinedRuns(() => {
      begun += 1;
      return new Promise((resolve) => ends.push(resolve));
    });
    const first = run();
    const others = Promise.all(Array.from({ length: 1_000 }, () => run()));
    expect(begun).toBe(1);
    ends.shift()?.();
    await first;
    await Promise.resolve();
    expect(begun).toBe(2);
    ends.shift()?.();
    await others;
    void run();
    expect(begun).toBe(3);
  });

  it('go on after one that failed', async () => {
    let begun = 0;
    const run = joinedRuns(() => {
      begun += 1;
      return begun === 1 ? Promise.reject(new Error('no')) : Promise.resolve();
    });
    const [first, second] = await Promise.allSettled([run(), run()]);
    expect([first.status, second.status, begun]).toEqual(['rejected', 'fulfilled', 2]);
  });
});

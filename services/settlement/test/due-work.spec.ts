import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLog } from '@roamgrid/platform';
import { DueWork } from '../src/background/due-work.js';

const SECOND_MS = 1_000;

describe('what may be due', () => {
  let looked: string[] = [];
  let work: DueWork;
  /** while it is not resolved the first step goes on */
  let isOver: Promise<void> = Promise.resolve();

  beforeEach(() => {
    jest.useFakeTimers();
    looked = [];
    isOver = Promise.resolve();
    const step = (name: string, everyMs: number, run = (): Promise<void> => Promise.resolve()) => ({
      everyMs,
      run: () => {
        looked.push(name);
        return run();
      },
    });
    work = new DueWork(
      [step('often', SECOND_MS, () => isOver), step('seldom', 5 * SECOND_MS)],
      createLog('silent'),
    );
    work.onApplicationBootstrap();
  });
  afterEach(async () => {
    await work.onModuleDestroy();
    jest.useRealTimers();
  });

  const pass = (seconds: number): Promise<void> =>
    jest.advanceTimersByTimeAsync(seconds * SECOND_MS);

  it('is looked for as often as it asks', async () => {
    await pass(7);
    expect(looked.filter((name) => name === 'often')).toHaveLength(7);
    expect(looked.filter((name) => name === 'seldom')).toHaveLength(2);
  });

  it('waits for a round that takes long, and misses no turn', async () => {
    await pass(1);
    let end: () => void = () => undefined;
    isOver = new Promise((resolve) => (end = resolve));
    await pass(6);
    expect(looked).toEqual(['often', 'seldom', 'often']);
    end();
    isOver = Promise.resolve();
    await pass(1);
    expect(looked.slice(3)).toEqual(['often', 'seldom']);
  });

  it('is looked for at once, all of it, by whoever asks', async () => {
    await work.look();
    await work.look();
    expect(looked).toEqual(['often', 'seldom', 'often', 'seldom']);
  });
});

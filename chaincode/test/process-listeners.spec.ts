import { describe, expect, it } from '@jest/globals';

describe('loading the contract', () => {
  it('leaves it to the program what an uncaught error does', async () => {
    const counts = (): number[] => [
      process.listenerCount('uncaughtException'),
      process.listenerCount('unhandledRejection'),
    ];
    const before = counts();
    await import('../src/index.js');
    expect(counts()).toEqual(before);
  });
});

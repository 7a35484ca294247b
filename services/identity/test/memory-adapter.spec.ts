import { describe, expect, it } from '@jest/globals';
import { ExpiringMemory, MemoryAdapter } from '../src/memory-adapter.js';

describe('the memory adapter', () => {
  it('forgets what has expired and what was destroyed', async () => {
    let nowMs = 0;
    const adapter = new MemoryAdapter(
      new ExpiringMemory(() => nowMs),
      'ReplayDetection',
      () => nowMs,
    );
    await adapter.upsert('a', { uid: 'u1' }, 10);
    await adapter.upsert('b', { grantId: 'g1' }, 10);
    nowMs = 9_999;
    expect(await adapter.find('a')).toMatchObject({ uid: 'u1' });
    expect(await adapter.findByUid('u1')).toBeDefined();
    await adapter.revokeByGrantId('g1');
    expect(await adapter.find('b')).toBeUndefined();
    nowMs = 10_000;
    expect(await adapter.find('a')).toBeUndefined();
  });

  it('does not grow for ever', () => {
    let nowMs = 0;
    const memory = new ExpiringMemory(() => nowMs);
    for (let index = 0; index < 5_000; index += 1) {
      nowMs += 1_000;
      memory.set(String(index), {}, 60);
    }
    expect(memory.size).toBeLessThan(600);
  });
});

import { subjectOf, type Contract } from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import { describe, expect, it } from '@jest/globals';
import { Freshness } from '../src/read-model/freshness.js';

/** A bus whose drains end when the test says so. */
class GatedBus {
  readonly asked: string[] = [];
  readonly #waiting: (() => void)[] = [];

  readonly bus = {
    request: (contract: Contract): Promise<unknown> => {
      this.asked.push(subjectOf(contract));
      return new Promise((resolve) => {
        this.#waiting.push(() => {
          resolve({});
        });
      });
    },
  } as unknown as Bus;

  async endAll(): Promise<void> {
    for (const end of this.#waiting.splice(0)) end();
    // lets everything that waited for these ends go on
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('read-your-writes', () => {
  it('has one drain running and one that all later readers share', async () => {
    const gate = new GatedBus();
    const freshness = new Freshness({ utility: 'u', bus: gate.bus, onSlow: () => undefined });
    const readers = Array.from({ length: 20 }, () => freshness.ensure('consumer'));
    expect(gate.asked).toEqual(['profiles.drain']);
    await gate.endAll();
    expect(gate.asked).toEqual(['profiles.drain', 'profiles.drain']);
    await gate.endAll();
    await Promise.all(readers);
    expect(gate.asked).toHaveLength(2);
  });

  it('asks the owners of the kind and no others, stage by stage', async () => {
    const gate = new GatedBus();
    const freshness = new Freshness({ utility: 'u', bus: gate.bus, onSlow: () => undefined });
    const reader = freshness.ensure('trace');
    expect(gate.asked).toEqual(['aaa.drain', 'crp.drain', 'profiles.drain']);
    await gate.endAll();
    expect(gate.asked.at(-1)).toBe('settlement.drain');
    await gate.endAll();
    expect(await reader).toBe(true);
  });

  it('keeps a reader waiting for a service that hangs no longer than its bound', async () => {
    const { bus } = new GatedBus();
    const freshness = new Freshness({ utility: 'u', bus, boundMs: 10, onSlow: () => undefined });
    await expect(freshness.ensure('session')).resolves.toBe(false);
  });

  it('never keeps a reader waiting for a service that fails', async () => {
    const failures: unknown[] = [];
    const bus = {
      request: () => Promise.reject(new Error('down')),
    } as unknown as Bus;
    const freshness = new Freshness({
      utility: 'u',
      bus,
      onSlow: (service) => failures.push(service),
    });
    expect(await freshness.ensure('invoice')).toBe(false);
    expect(failures).toEqual(['settlement']);
  });

  describe('of one thing', () => {
    const reads = { boundMs: 10, patienceMs: 10_000, onSlow: () => undefined };

    it('answers what is there although its owner hangs', async () => {
      const { bus } = new GatedBus();
      const freshness = new Freshness({ utility: 'u', bus, ...reads });
      expect(await freshness.find('station', () => Promise.resolve('A'))).toBe('A');
    });

    it('waits longer before it says that a thing is not there', async () => {
      const gate = new GatedBus();
      const freshness = new Freshness({ utility: 'u', bus: gate.bus, ...reads });
      let looks = 0;
      let delivered: string | null = null;
      const reader = freshness.find('station', async () => {
        looks += 1;
        if (looks === 1) {
          delivered = 'A';
          // after this look: the first read found nothing and asks its owner once more
          setImmediate(() => void gate.endAll().then(() => gate.endAll()));
          return null;
        }
        return Promise.resolve(delivered);
      });
      expect(await reader).toBe('A');
      expect(looks).toBe(2);
    });

    it('says so when all that was committed has arrived without it', async () => {
      const bus = { request: () => Promise.resolve({}) } as unknown as Bus;
      const freshness = new Freshness({ utility: 'u', bus, ...reads });
      expect(await freshness.find('station', () => Promise.resolve(null))).toBeNull();
    });

    it('does not know while its owner is down', async () => {
      const bus = { request: () => Promise.reject(new Error('down')) } as unknown as Bus;
      const freshness = new Freshness({ utility: 'u', bus, ...reads });
      await expect(freshness.find('station', () => Promise.resolve(null))).rejects.toMatchObject({
        code: 'peer_unreachable',
      });
    });
  });
});

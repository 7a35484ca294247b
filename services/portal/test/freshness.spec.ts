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
    await reader;
  });

  it('keeps a reader waiting for a service that hangs no longer than its bound', async () => {
    const { bus } = new GatedBus();
    const freshness = new Freshness({ utility: 'u', bus, boundMs: 10, onSlow: () => undefined });
    await expect(freshness.ensure('session')).resolves.toBeUndefined();
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
    await freshness.ensure('invoice');
    expect(failures).toEqual(['settlement']);
  });
});

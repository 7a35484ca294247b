import { access, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '@roamgrid/messaging';
import { seedDemonstration, type SeedParts } from './seed.js';

const SEEDED_MARK = 'seeded.json';
const ANSWER_BOUND_MS = 60_000;

export interface SeedOnceOptions {
  readonly dataDir: string;
  readonly log: (line: string) => void;
  readonly interruption?: Interruption | undefined;
}

/** Whether a start is broken off; an `AbortSignal` is one. */
export interface Interruption {
  /** @throws the reason, once the start is to end */
  throwIfAborted(): void;
}

/** Whether the demonstration lies in the data directory to its last consumer. */
export async function isSeeded(dataDir: string): Promise<boolean> {
  try {
    await access(join(dataDir, SEEDED_MARK));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * The demonstration is seeded on an empty data directory. An interrupted seeding leaves no mark: the next
 * start begins again, on new databases.
 * @returns whether it was seeded now
 */
export async function seedOnce(
  { dataDir, log, interruption }: SeedOnceOptions,
  parts: SeedParts,
): Promise<boolean> {
  if (await isSeeded(dataDir)) return false;
  log('Seeding the demonstration consortium of four utilities…');
  await seedDemonstration({ ...parts, bus: patient(parts.bus, interruption) });
  interruption?.throwIfAborted();
  const seededAt = new Date(parts.clock.now()).toISOString();
  const mark = join(dataDir, SEEDED_MARK);
  await writeFile(`${mark}.new`, `${JSON.stringify({ seededAt })}\n`);
  await rename(`${mark}.new`, mark);
  return true;
}

/** Nobody charges yet: a busy machine is waited for longer than it would be with a driver at the station. */
function patient(bus: Bus, interruption: Interruption | undefined): Bus {
  return {
    request: async (contract, to, payload, options) => {
      interruption?.throwIfAborted();
      return bus.request(contract, to, payload, { timeoutMs: ANSWER_BOUND_MS, ...options });
    },
    deliver: (subject, to, payload) => bus.deliver(subject, to, payload),
    close: () => bus.close(),
  };
}

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '@roamgrid/messaging';
import { seedDemonstration, type SeedParts } from './seed.js';

const SEEDED_MARK = 'seeded.json';
const ANSWER_BOUND_MS = 60_000;

export interface SeedOnceOptions {
  readonly dataDir: string;
  readonly log: (line: string) => void;
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
 * The demonstration is seeded on an empty data directory; an interrupted seeding is begun again.
 * @returns whether it was seeded now
 */
export async function seedOnce(
  { dataDir, log }: SeedOnceOptions,
  parts: SeedParts,
): Promise<boolean> {
  if (await isSeeded(dataDir)) return false;
  log('Seeding the demonstration consortium of four utilities…');
  await seedDemonstration({ ...parts, bus: patient(parts.bus) });
  const seededAt = new Date(parts.clock.now()).toISOString();
  await writeFile(join(dataDir, SEEDED_MARK), `${JSON.stringify({ seededAt })}\n`);
  return true;
}

/** Nobody charges yet: a busy machine is waited for longer than it would be with a driver at the station. */
function patient(bus: Bus): Bus {
  return {
    request: (contract, to, payload, options) =>
      bus.request(contract, to, payload, { timeoutMs: ANSWER_BOUND_MS, ...options }),
    deliver: (subject, to, payload) => bus.deliver(subject, to, payload),
    close: () => bus.close(),
  };
}

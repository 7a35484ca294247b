import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedDemonstration, type SeedParts } from './seed.js';

const SEEDED_MARK = 'seeded.json';

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
  await seedDemonstration(parts);
  const seededAt = new Date(parts.clock.now()).toISOString();
  await writeFile(join(dataDir, SEEDED_MARK), `${JSON.stringify({ seededAt })}\n`);
  return true;
}

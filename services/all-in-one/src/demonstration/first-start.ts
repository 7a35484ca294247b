import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IdSource } from '@roamgrid/platform';
import type { Databases } from '../databases.js';
import { isSeeded } from './seed-once.js';

const FIRST_START = 'first-start.json';

export interface FirstStartParts {
  readonly dataDir: string;
  readonly databases: Pick<Databases, 'provision' | 'drop' | 'keep'>;
  readonly ids: Pick<IdSource, 'uuid'>;
}

/**
 * Provisions the databases. Before the demonstration is whole, nobody is served, so what an interrupted
 * first start has left holds nothing of anybody's: it is dropped and begun again, which comes to the same
 * consortium whatever the moment of the interruption. Only databases that the same first start made bear
 * its label; others are never dropped.
 */
export async function provisionConsortium(
  { dataDir, databases, ids }: FirstStartParts,
  utilities: readonly string[],
): Promise<void> {
  if (await isSeeded(dataDir)) {
    await databases.provision(utilities);
    await endFirstStart({ dataDir, databases });
    return;
  }
  const begun = await readLabel(dataDir);
  if (begun !== null) await databases.drop(begun);
  const label = begun ?? (await writeLabel(dataDir, `roamgrid first start ${ids.uuid()}`));
  await databases.provision(utilities, label);
}

/** From now on charges are kept: no database bears a label any more, so that none is ever dropped. */
export async function endFirstStart({
  dataDir,
  databases,
}: Omit<FirstStartParts, 'ids'>): Promise<void> {
  const label = await readLabel(dataDir);
  if (label === null) return;
  await databases.keep(label);
  await rm(join(dataDir, FIRST_START));
}

async function readLabel(dataDir: string): Promise<string | null> {
  try {
    const { label } = JSON.parse(await readFile(join(dataDir, FIRST_START), 'utf8')) as {
      label: string;
    };
    return label;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Before any database is made, and whole or not at all. */
async function writeLabel(dataDir: string, label: string): Promise<string> {
  const path = join(dataDir, FIRST_START);
  await writeFile(`${path}.new`, `${JSON.stringify({ label })}\n`);
  await rename(`${path}.new`, path);
  return label;
}

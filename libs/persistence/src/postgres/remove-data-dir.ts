import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SYSTEM_DIR } from './cluster.js';
import { readRecord } from './cluster-record.js';

/** Removes a data folder, and its database where that lies elsewhere: for folders that were made to be thrown away. */
export async function removeDataDir(dataDir: string): Promise<void> {
  const clusterDir = (await readRecord(dataDir))?.clusterDir;
  if (clusterDir !== undefined && dirname(clusterDir) === SYSTEM_DIR) {
    await rm(clusterDir, { recursive: true, force: true });
  }
  await rm(dataDir, { recursive: true, force: true });
}

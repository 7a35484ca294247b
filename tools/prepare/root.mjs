import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json of the whole repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const inRoot = (...names) => join(ROOT, ...names);

/** What prepare keeps between runs; not checked in. */
export const CACHE = inRoot('.cache');

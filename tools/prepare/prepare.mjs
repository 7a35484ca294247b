import { join } from 'node:path';
import { areDependenciesInstalled, installDependencies } from './dependencies.mjs';
import { build, isBuilt } from './build.mjs';
import { withLock } from './lock.mjs';
import { CACHE } from './root.mjs';
import { PrepareError } from './say.mjs';

/** Nothing is asked of a tree that has everything: it may be read-only. */
function isReady() {
  return areDependenciesInstalled() && isBuilt();
}

const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS']);

function readable(error) {
  if (UNWRITABLE.has(error?.code)) {
    return new PrepareError(
      `This folder has to be built and cannot be written: ${error.path ?? error.message}`,
    );
  }
  if (error?.code === 'ENOSPC') {
    return new PrepareError('The disk is full: dependencies or build could not be written.');
  }
  return error;
}

/** Installs and builds what is missing or older than its sources. @throws PrepareError */
export async function prepare() {
  try {
    if (isReady()) return;
    await withLock(join(CACHE, 'prepare.lock'), async () => {
      if (!areDependenciesInstalled()) await installDependencies();
      if (!isBuilt()) await build();
    });
  } catch (error) {
    throw readable(error);
  }
}

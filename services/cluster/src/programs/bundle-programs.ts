import { randomUUID } from 'node:crypto';
import { access, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop, type Plugin } from 'esbuild';
import { fingerprintOf } from './fingerprint.js';

export interface BundleOptions {
  /** folder that holds `services`, `libs` and `node_modules` */
  readonly root: string;
  /** folders of `services` that have a program */
  readonly services: readonly string[];
  readonly log: (line: string) => void;
}

/** Bundles of so many builds are kept: another cluster may still run on the one before. */
const KEPT_BUNDLES = 3;

/**
 * Nest looks for its packages' metadata as soon as it is loaded, and what is CommonJS looks for `require`:
 * both have to be there before the first line of any bundle.
 */
const PREAMBLE = [
  "import 'reflect-metadata';",
  "import { createRequire as nodeCreateRequire } from 'node:module';",
  "import { dirname as nodeDirname } from 'node:path';",
  "import { fileURLToPath as nodeFileURLToPath } from 'node:url';",
  'const require = nodeCreateRequire(import.meta.url);',
  'const __filename = nodeFileURLToPath(import.meta.url);',
  'const __dirname = nodeDirname(__filename);',
].join('\n');

/**
 * One file a program instead of some fifteen hundred: a process is up in a third of the time, which counts
 * where two dozen start at once. Made from the built tree, and made anew when that has changed.
 *
 * @returns where each service's program lies; the built tree's own where it cannot be bundled
 */
export async function bundlePrograms(options: BundleOptions): Promise<(service: string) => string> {
  const { root, log } = options;
  const plain = (service: string): string => join(root, 'services', service, 'dist', 'main.js');
  const folder = join(root, '.cache', 'programs', await fingerprintOf(root));
  try {
    if (await exists(folder)) await utimes(folder, new Date(), new Date());
    else await bundle(options, folder, plain);
  } catch (error) {
    const [reason = ''] = String(error).split('\n');
    log(`The programs start slowly: they could not be bundled (${reason}).`);
    return plain;
  }
  return (service) => join(folder, `${service}.mjs`);
}

async function bundle(
  { root, services }: BundleOptions,
  folder: string,
  plain: (service: string) => string,
): Promise<void> {
  const draft = `${folder}.${randomUUID()}`;
  try {
    await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(services.map((service) => [service, plain(service)])),
      outdir: draft,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      keepNames: true,
      external: ['reflect-metadata'],
      banner: { js: PREAMBLE },
      plugins: [leaveOptionalPackages, keepPlaces(root)],
      logLevel: 'silent',
    });
    await stop();
    await rename(draft, folder);
  } catch (error) {
    // somebody else was quicker
    if (!(await exists(folder))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await forgetOld(join(folder, '..'));
}

/** Nest and TypeORM know many packages that nobody has installed; they ask again when they run. */
const leaveOptionalPackages: Plugin = {
  name: 'leave-optional-packages',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^[^./]/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === leaveOptionalPackages || path.startsWith('node:')) return undefined;
      const found = await esbuild.resolve(path, {
        resolveDir,
        kind,
        pluginData: leaveOptionalPackages,
      });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
};

/** Files of ours that look for what lies beside them still find it. */
const keepPlaces = (root: string): Plugin => ({
  name: 'keep-places',
  setup(esbuild) {
    esbuild.onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      if (!path.startsWith(root) || path.includes('node_modules')) return undefined;
      const text = await readFile(path, 'utf8');
      return text.includes('import.meta.url')
        ? { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)) }
        : undefined;
    });
  },
});

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function forgetOld(parent: string): Promise<void> {
  const folders = await Promise.all(
    (await readdir(parent)).map(async (name) => {
      const path = join(parent, name);
      return { path, usedMs: (await stat(path)).mtimeMs };
    }),
  );
  const old = folders.sort((a, b) => b.usedMs - a.usedMs).slice(KEPT_BUNDLES);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}

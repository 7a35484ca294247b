/**
 * Makes dist/package, the chaincode as a Fabric network takes it: the compiled contract, with the pure
 * libraries of the workspace bundled into its one module that requires them. Run after `tsc -b`.
 *
 * Only that module is bundled: everything else stays as tsc wrote it, file by file.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const fromPackage = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const target = fromPackage('dist/package');
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

for (const name of await readdir(fromPackage('dist'))) {
  if (name.endsWith('.js')) await cp(fromPackage(`dist/${name}`), `${target}/${name}`);
}

await build({
  entryPoints: [fromPackage('src/pure.ts')],
  outfile: `${target}/pure.js`,
  allowOverwrite: true,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
});

const { name, version, description, license, dependencies } = JSON.parse(
  await readFile(fromPackage('package.json'), 'utf8'),
);
const manifest = {
  ...{ name: `${name}-package`, version, description, license },
  ...{ type: 'commonjs', main: './index.js' },
  scripts: { start: 'fabric-chaincode-node server' },
  dependencies,
};
await writeFile(`${target}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);

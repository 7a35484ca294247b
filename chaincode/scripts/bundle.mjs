/**
 * Replaces dist/pure.js, which requires the pure libraries of the workspace, by one file that contains
 * them. A chaincode package carries no workspace. Run after `tsc -b`, which writes everything else.
 */
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [fromHere('../src/pure.ts')],
  outfile: fromHere('../dist/pure.js'),
  allowOverwrite: true,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  legalComments: 'inline',
  logLevel: 'warning',
});

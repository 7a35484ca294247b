/**
 * `node tools/prepare/run.mjs <program> [arguments]`: installs and builds what is missing, then becomes
 * the program, in this very process, so that signals and exit status are the program's own.
 */
import { refuseOldNode } from './node-version.mjs';

refuseOldNode();
import('./run-program.mjs').then(({ runProgram }) => runProgram(process.argv.slice(2)));

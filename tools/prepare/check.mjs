/** `node tools/prepare/check.mjs [step]`: what must hold before a change goes in; every step runs. */
import { refuseOldNode } from './node-version.mjs';

refuseOldNode();
Promise.all([import('./command.mjs'), import('./run-checks.mjs')]).then(
  ([{ runCommand }, { runChecks }]) => runCommand(() => runChecks(process.argv.slice(2))),
);

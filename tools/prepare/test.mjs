/**
 * `node tools/prepare/test.mjs [jest's arguments]`: every test, and at the end one line of what jest's own
 * result says. A test that needs a component which is not there says so in its title: `(needs nats-server)`.
 */
import { refuseOldNode } from './node-version.mjs';

refuseOldNode();
Promise.all([import('./command.mjs'), import('./run-tests.mjs')]).then(
  ([{ runCommand }, { runTests }]) => runCommand(() => runTests(process.argv.slice(2))),
);

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { endOnSignal, signalStatus } from './children.mjs';
import { prepare } from './prepare.mjs';
import { inRoot } from './root.mjs';
import { PrepareError, say } from './say.mjs';

/** `npm start` and `npm run cluster` are ended by a signal in the ordinary way, whatever they were doing. */
const SERVERS = new Set(['services/all-in-one/dist/main.js', 'services/cluster/dist/main.js']);
/** Programs that read files named by whoever typed the command, wherever that was. */
const READS_FILES = new Set(['tools/dist/price.js', 'tools/dist/verify.js']);

/** Paths are meant from where the command was typed; npm changes into the root. */
function goToCaller(program) {
  const caller = process.env.INIT_CWD;
  const isCalledByNpm = process.env.npm_lifecycle_event !== undefined;
  if (READS_FILES.has(program) && isCalledByNpm && caller !== undefined && existsSync(caller)) {
    process.chdir(caller);
  }
}

/** @param argv the program, relative to the root, and its arguments */
export async function runProgram([program, ...args]) {
  const release = endOnSignal((signal) => (SERVERS.has(program) ? 0 : signalStatus(signal)));
  try {
    await prepare();
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    say(error.message);
    process.exitCode = 1;
    return;
  } finally {
    release();
  }
  const path = inRoot(program);
  if (!existsSync(path)) {
    say(`${program} is not built yet.`);
    process.exitCode = 1;
    return;
  }
  goToCaller(program);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
}

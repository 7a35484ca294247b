import { endOnSignal, signalStatus } from './children.mjs';
import { prepare } from './prepare.mjs';
import { PrepareError, say } from './say.mjs';

/** Installs and builds what is missing, then does the work, whose result is the exit status. */
export async function runCommand(work) {
  endOnSignal(signalStatus);
  try {
    await prepare();
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

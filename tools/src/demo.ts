import { DemoFault, faultLine } from './demo-fault.js';
import { readDemoOptions, USAGE } from './demo-options.js';
import { playDemo } from './demo-story.js';
import { wantsHelp } from './wants-help.js';

/**
 * `npm run demo`: one charge against the running gateway, hop by hop. With `--json` the story goes to
 * standard error and one object to standard output. Status 1 and one line where it cannot be told.
 */
async function main(): Promise<void> {
  if (wantsHelp(process.argv.slice(2))) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const options = readDemoOptions(process.argv.slice(2));
  const out = options.isJson ? process.stderr : process.stdout;
  const result = await playDemo(options, (line) => out.write(`${line}\n`));
  if (options.isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
}

try {
  await main();
} catch (error) {
  const line = faultLine(error);
  process.stderr.write(`demo: ${line}\n`);
  if (!(error instanceof DemoFault) && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
  process.exitCode = 1;
}

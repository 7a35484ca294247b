import { DemoFault, faultLine } from './demo-fault.js';
import { runAuditCommand } from './roamgrid-audit.js';
import { runUtilityCommand, UTILITY_USAGE } from './roamgrid-utility.js';
import { wantsHelp } from './wants-help.js';

const USAGE = `usage: npm run roamgrid -- <command>
  audit [--utility SLUG] [--keep-base FILE] [--base FILE] [--json] [--data-dir FOLDER]
        check the invariants; with a base also that no program was started again or holds a tenth more;
        status 1 on a breach
${UTILITY_USAGE}`;

/** One command a line of the usage; gives the process's exit status. */
async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (wantsHelp([command ?? '', ...rest])) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  switch (command) {
    case 'audit':
      return runAuditCommand(rest);
    case 'utility':
      return runUtilityCommand(rest);
    default:
      throw new DemoFault(USAGE);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`roamgrid: ${faultLine(error)}\n`);
  if (!(error instanceof DemoFault) && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
  process.exitCode = 1;
}

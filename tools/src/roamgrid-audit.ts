import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { auditUtility, type AuditResult } from './audit-gateway.js';
import { DemoFault, faultLine } from './demo-fault.js';
import { DemoGateway } from './demo-gateway.js';
import { readDataDirectory } from './demo.config.js';

interface AuditOptions {
  readonly utility: string | null;
  readonly isJson: boolean;
  readonly dataDir: string;
}

function readOptions(argv: readonly string[]): AuditOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        utility: { type: 'string' },
        json: { type: 'boolean', default: false },
        'data-dir': { type: 'string' },
      },
    });
    return {
      utility: values.utility ?? null,
      isJson: values.json,
      dataDir: resolve(values['data-dir'] ?? readDataDirectory()),
    };
  } catch (error) {
    throw new DemoFault(faultLine(error));
  }
}

/** One utility's audit: each invariant with its count, each breach with its name. */
export function describeAudit({ utility, checked, breaches }: AuditResult): string[] {
  const invariants = Object.entries(checked).sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    `${utility}: ${breaches.length === 0 ? 'no breach' : `${String(breaches.length)} breaches`}`,
    ...invariants.map(([invariant, count]) => {
      const broken = breaches.filter((breach) => breach.invariant === invariant).length;
      return `  ${broken === 0 ? 'ok    ' : 'BREACH'} ${invariant} (${String(count)} checked)`;
    }),
    ...breaches.map(
      ({ invariant, subject, detail }) => `  breach of ${invariant}: ${subject}: ${detail}`,
    ),
  ];
}

function describeServices(up: number, down: readonly string[]): string[] {
  const line = `  ${down.length === 0 ? 'ok    ' : 'BREACH'} servicesReady (${String(up)} up)`;
  return ['gateway:', line, ...down.map((part) => `  breach of servicesReady: ${part}`)];
}

/** `roamgrid audit`: audits every utility, or one; status 1 where an invariant is broken. */
export async function runAuditCommand(argv: readonly string[]): Promise<number> {
  const { utility, isJson, dataDir } = readOptions(argv);
  const gateway = await DemoGateway.open(dataDir);
  if (utility !== null && !gateway.utilities.includes(utility)) {
    throw new DemoFault(`There is no utility ${utility}: ${gateway.utilities.join(', ')}.`);
  }
  const results: AuditResult[] = [];
  for (const one of utility === null ? gateway.utilities : [utility]) {
    process.stderr.write(`Auditing ${one}…\n`);
    results.push(await auditUtility(gateway, one));
  }
  const { up, down } = await gateway.readiness();
  const isSound = results.every(({ breaches }) => breaches.length === 0) && down.length === 0;
  const text = isJson
    ? JSON.stringify({ sound: isSound, services: { up, down }, utilities: results })
    : [...describeServices(up, down), ...results.flatMap(describeAudit)].join('\n');
  process.stdout.write(`${text}\n`);
  return isSound ? 0 : 1;
}

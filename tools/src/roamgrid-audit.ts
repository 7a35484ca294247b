import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { auditUtility, type AuditResult } from './audit-gateway.js';
import { DemoFault, faultLine } from './demo-fault.js';
import { DemoGateway } from './demo-gateway.js';
import { readDataDirectory } from './demo.config.js';
import { readJsonFile } from './read-json-file.js';
import {
  compareProcesses,
  processReadings,
  readProcesses,
  type ProcessReadings,
} from './steadiness.js';

const GIVEN_BACK_MS = 60_000;

interface AuditOptions {
  readonly utility: string | null;
  /** what the programs held before, written by `keepBase` */
  readonly base: string | null;
  readonly keepBase: string | null;
  readonly isJson: boolean;
  readonly dataDir: string;
}

function readOptions(argv: readonly string[]): AuditOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        utility: { type: 'string' },
        base: { type: 'string' },
        'keep-base': { type: 'string' },
        json: { type: 'boolean', default: false },
        'data-dir': { type: 'string' },
      },
    });
    return {
      utility: values.utility ?? null,
      base: values.base ?? null,
      keepBase: values['keep-base'] ?? null,
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

/** What holds of the gateway as a whole. */
interface GatewayState {
  readonly up: number;
  readonly down: readonly string[];
  /** null where there is nothing to compare with */
  readonly unsteady: readonly string[] | null;
}

function described(invariant: string, count: string, breaches: readonly string[]): string[] {
  const line = `  ${breaches.length === 0 ? 'ok    ' : 'BREACH'} ${invariant} (${count})`;
  return [line, ...breaches.map((breach) => `  breach of ${invariant}: ${breach}`)];
}

function describeGateway({ up, down, unsteady }: GatewayState): string[] {
  return [
    'gateway:',
    ...described('servicesReady', `${String(up)} up`, down),
    ...(unsteady === null ? [] : described('processesSteady', 'since the base', unsteady)),
  ];
}

/** Who is ready, and what the programs hold beside what they held before. */
async function lookAtGateway(
  gateway: DemoGateway,
  { base, keepBase }: AuditOptions,
): Promise<GatewayState> {
  const { up, down } = await gateway.readiness();
  const now = readProcesses(await gateway.metrics());
  if (keepBase !== null) await writeFile(keepBase, `${JSON.stringify(now)}\n`);
  if (base === null) return { up, down, unsteady: null };
  const before = processReadings.parse(await readJsonFile(base));
  return { up, down, unsteady: await changesSince(gateway, before) };
}

/** What was just done is given back within a while: only what is still held then is told. */
async function changesSince(gateway: DemoGateway, before: ProcessReadings): Promise<string[]> {
  let changes: string[] = [];
  await gateway
    .until('every program is as it was', GIVEN_BACK_MS, async () => {
      changes = compareProcesses(before, readProcesses(await gateway.metrics()));
      return changes.length === 0 ? changes : null;
    })
    .catch((error: unknown) => {
      if (!(error instanceof DemoFault)) throw error;
    });
  return changes;
}

/** `roamgrid audit`: audits every utility, or one; status 1 where an invariant is broken. */
export async function runAuditCommand(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  const { utility, isJson, dataDir } = options;
  const gateway = await DemoGateway.open(dataDir);
  if (utility !== null && !gateway.utilities.includes(utility)) {
    throw new DemoFault(`There is no utility ${utility}: ${gateway.utilities.join(', ')}.`);
  }
  const results: AuditResult[] = [];
  for (const one of utility === null ? gateway.utilities : [utility]) {
    process.stderr.write(`Auditing ${one}…\n`);
    results.push(await auditUtility(gateway, one));
  }
  const state = await lookAtGateway(gateway, options);
  const { up, down, unsteady } = state;
  const isSound =
    results.every(({ breaches }) => breaches.length === 0) &&
    down.length === 0 &&
    (unsteady ?? []).length === 0;
  const text = isJson
    ? JSON.stringify({ sound: isSound, services: { up, down }, unsteady, utilities: results })
    : [...describeGateway(state), ...results.flatMap(describeAudit)].join('\n');
  process.stdout.write(`${text}\n`);
  return isSound ? 0 : 1;
}

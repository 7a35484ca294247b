import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DemoFault, faultLine } from './demo-fault.js';
import { DemoGateway, refused } from './demo-gateway.js';
import { readDataDirectory } from './demo.config.js';
import { readJsonFile } from './read-json-file.js';

export const UTILITY_USAGE = `  utility add --utility SLUG --name NAME --cin-prefix TEN-DIGITS --contract-provider CCPPP
    --currency CODE --time-zone ZONE [--client-keys FILE] [--json] [--data-dir FOLDER]
                                                        add a member to the running consortium
  utility list [--json] [--data-dir FOLDER]             the members`;

const member = z.looseObject({
  utility: z.string(),
  name: z.string(),
  cinPrefixes: z.array(z.string()),
  currency: z.string(),
  timeZone: z.string(),
});
const added = member.extend({
  registryVersion: z.int(),
  api: z.string(),
  clients: z.record(z.string(), z.looseObject({ clientId: z.string() })),
});

const OPTIONS = {
  utility: { type: 'string' },
  name: { type: 'string' },
  'cin-prefix': { type: 'string', multiple: true },
  'contract-provider': { type: 'string', multiple: true },
  currency: { type: 'string' },
  'time-zone': { type: 'string' },
  'client-keys': { type: 'string' },
  json: { type: 'boolean', default: false },
  'data-dir': { type: 'string' },
} as const;

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (error) {
    throw new DemoFault(faultLine(error));
  }
}
type Options = ReturnType<typeof readOptions>;

function needed(options: Options, name: 'utility' | 'name' | 'currency' | 'time-zone'): string {
  const value = options[name];
  if (value === undefined) throw new DemoFault(`--${name} is needed.\n${UTILITY_USAGE}`);
  return value;
}

async function add(gateway: DemoGateway, options: Options): Promise<void> {
  const file = options['client-keys'];
  const answer = await gateway.askConsortium('POST', '/utilities', {
    utility: needed(options, 'utility'),
    name: needed(options, 'name'),
    cinPrefixes: options['cin-prefix'] ?? [],
    contractProviders: options['contract-provider'] ?? [],
    currency: needed(options, 'currency'),
    timeZone: needed(options, 'time-zone'),
    ...(file === undefined ? {} : { clientKeys: await readJsonFile(file) }),
  });
  if (answer.status !== 201 && answer.status !== 200) throw refused('the new member', answer);
  const { utility, registryVersion, api, clients } = added.parse(answer.body);
  const lines = [
    answer.status === 201
      ? `${utility} is a member now; registry version ${String(registryVersion)}.`
      : `${utility} was a member already.`,
    `  API ${gateway.baseUrl}${api}`,
    ...Object.values(clients).map(({ clientId }) => `  client ${clientId}`),
    '  secrets stand in demo-credentials.json of the data directory, and in the answer (--json).',
  ];
  process.stdout.write(`${options.json ? JSON.stringify(answer.body) : lines.join('\n')}\n`);
}

async function showAll(gateway: DemoGateway, { json }: Options): Promise<void> {
  const answer = await gateway.askConsortium('GET', '/utilities');
  if (answer.status !== 200) throw refused('the list of members', answer);
  const { items } = z.looseObject({ items: z.array(member) }).parse(answer.body);
  const lines = items.map(
    ({ utility, name, cinPrefixes, currency, timeZone }) =>
      `${utility}  ${name}  ${cinPrefixes.join(' ')}  ${currency}  ${timeZone}`,
  );
  process.stdout.write(`${json ? JSON.stringify(answer.body) : lines.join('\n')}\n`);
}

/** `roamgrid utility`: what the consortium's administrator does. */
export async function runUtilityCommand([verb, ...rest]: readonly string[]): Promise<number> {
  const options = readOptions(rest);
  const gateway = await DemoGateway.open(resolve(options['data-dir'] ?? readDataDirectory()));
  if (verb === 'add') await add(gateway, options);
  else if (verb === 'list') await showAll(gateway, options);
  else throw new DemoFault(`usage:\n${UTILITY_USAGE}`);
  return 0;
}

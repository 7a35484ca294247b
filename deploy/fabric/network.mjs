/**
 * A Fabric network run natively on this machine, for trials and tests: `network <command> [--dir DIR]
 * [--consortium FILE]`. `FABRIC_BIN` names the folder with Fabric's own programs.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bringUp } from './channel.mjs';
import { writeConnectionFile } from './connection-file.mjs';
import { deployContract } from './contract.mjs';
import { NetworkError, openLayout } from './layout.mjs';
import { allNodes, Nodes } from './nodes.mjs';
import { fabricPrograms } from './programs.mjs';

const USAGE = `network up              identities, orderers, peers, the channel; again: starts what does not run
network deploy          the contract on the channel; again: an upgrade
network stop <node>     (--kill: at once)
network start <node>
network status
network down            ends every process (--remove: and forgets the network)
  --dir DIR             where the network lies (.fabric)
  --consortium FILE     its members (deploy/fabric/consortium.json)`;

const say = (line) => process.stdout.write(`${line}\n`);

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      dir: { type: 'string', default: '.fabric' },
      consortium: {
        type: 'string',
        default: fileURLToPath(new URL('./consortium.json', import.meta.url)),
      },
      kill: { type: 'boolean', default: false },
      remove: { type: 'boolean', default: false },
    },
  });
  const [command, node] = positionals;
  const commands = {
    async up(layout, nodes) {
      await bringUp(layout, nodes, fabricPrograms());
      say(`The channel ${layout.channel} has ${layout.members.length} members.`);
    },
    async deploy(layout, nodes) {
      const { sequence, id } = await deployContract(layout, nodes, fabricPrograms());
      say(`The contract is on the channel, sequence ${sequence}: ${id}`);
      say(`LEDGER=fabric FABRIC_CONNECTION=${writeConnectionFile(layout)} npm start`);
    },
    start: (_, nodes) => nodes.start(named(node)),
    stop: (_, nodes) => nodes.stop(named(node), values.kill ? 'SIGKILL' : 'SIGTERM'),
    status(layout, nodes) {
      for (const name of allNodes(layout)) {
        say(
          `${name.padEnd(28)} ${nodes.isDefined(name) && nodes.isRunning(name) ? 'runs' : 'does not run'}`,
        );
      }
    },
    async down(layout, nodes) {
      for (const name of allNodes(layout)) if (nodes.isDefined(name)) await nodes.stop(name);
      if (values.remove) rmSync(layout.root, { recursive: true, force: true });
    },
  };
  const act = Object.hasOwn(commands, command ?? '') ? commands[command] : null;
  if (act === null) throw new NetworkError(USAGE);
  const layout = await openLayout({ dir: values.dir, consortium: values.consortium });
  await act(layout, new Nodes(layout));
}

function named(node) {
  if (node === undefined) throw new NetworkError('which node? network status names them');
  return node;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof NetworkError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

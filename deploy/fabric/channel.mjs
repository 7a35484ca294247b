/** Brings a network up: identities, orderers, the channel, peers. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  channelConfiguration,
  cryptoConfiguration,
  ordererConfiguration,
  peerConfiguration,
} from './configuration.mjs';
import { mspOf, NetworkError } from './layout.mjs';
import { peerNode, writeConfiguration } from './nodes.mjs';
import { run } from './programs.mjs';

const JOIN_BOUND_MS = 30_000;
const POLL_MS = 200;

/** What a member's administrator tells the `peer` program. */
export function asAdministrator(layout, slug) {
  return {
    FABRIC_CFG_PATH: layout.path('configuration', peerNode(slug)),
    CORE_PEER_LOCALMSPID: mspOf(slug),
    CORE_PEER_MSPCONFIGPATH: join(layout.userDir(slug, 'Admin'), 'msp'),
    CORE_PEER_ADDRESS: layout.peerAddress(slug),
    CORE_PEER_TLS_ENABLED: 'true',
    CORE_PEER_TLS_ROOTCERT_FILE: join(layout.peerDir(slug), 'tls/ca.crt'),
  };
}

function makeMaterial(layout, program) {
  const folder = writeConfiguration(
    layout,
    'channel',
    'configtx.yaml',
    channelConfiguration(layout),
  );
  if (!existsSync(layout.path('crypto'))) {
    const wanted = join(folder, 'crypto-config.yaml');
    writeFileSync(wanted, JSON.stringify(cryptoConfiguration(layout)));
    run(program('cryptogen'), [
      'generate',
      `--config=${wanted}`,
      `--output=${layout.path('crypto')}`,
    ]);
  }
  const block = layout.path('channel.block');
  if (!existsSync(block)) {
    const args = ['-profile', 'Settlement', '-channelID', layout.channel, '-outputBlock', block];
    run(program('configtxgen'), [...args, '-configPath', folder]);
  }
  return block;
}

/** osnadmin ends with 0 whatever it was told: its words count. */
async function joinOrderer(layout, program, name, block) {
  const tls = join(layout.ordererDir(name), 'tls');
  const args = (...command) => [
    'channel',
    ...command,
    `--orderer-address=localhost:${layout.ordererPorts(name).adminPort}`,
    `--ca-file=${join(tls, 'ca.crt')}`,
    `--client-cert=${join(tls, 'server.crt')}`,
    `--client-key=${join(tls, 'server.key')}`,
  ];
  const known = run(program('osnadmin'), args('list'));
  if (known.includes(`"${layout.channel}"`)) return;
  const answer = run(
    program('osnadmin'),
    args('join', `--channelID=${layout.channel}`, `--config-block=${block}`),
  );
  if (!answer.includes('Status: 201')) throw new NetworkError(`${name} did not join: ${answer}`);
}

async function joinPeer(layout, program, slug, block) {
  const env = asAdministrator(layout, slug);
  if (run(program('peer'), ['channel', 'list'], env).includes(`\n${layout.channel}\n`)) return;
  const deadlineMs = Date.now() + JOIN_BOUND_MS;
  for (;;) {
    try {
      run(program('peer'), ['channel', 'join', '-b', block], env);
      return;
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
    }
    await pause(POLL_MS);
  }
}

/** Starts what does not run; a network that was stopped goes on where it was. */
export async function bringUp(layout, nodes, program) {
  const block = makeMaterial(layout, program);
  for (const name of layout.orderers) {
    const folder = writeConfiguration(
      layout,
      name,
      'orderer.yaml',
      ordererConfiguration(layout, name),
    );
    mkdirSync(layout.path('data', name), { recursive: true });
    const ports = Object.values(layout.ordererPorts(name));
    const env = { FABRIC_CFG_PATH: folder };
    nodes.define(name, { program: program('orderer'), args: [], env, cwd: folder, ports });
    await nodes.start(name);
    await joinOrderer(layout, program, name, block);
  }
  for (const slug of layout.members) {
    const name = peerNode(slug);
    const folder = writeConfiguration(layout, name, 'core.yaml', peerConfiguration(layout, slug));
    const { port } = layout.ports.peers[slug];
    const env = { FABRIC_CFG_PATH: folder, CHAINCODE_ADDRESSES: layout.path('addresses', slug) };
    nodes.define(name, {
      program: program('peer'),
      args: ['node', 'start'],
      env,
      cwd: folder,
      ports: [port],
    });
    await nodes.start(name);
    await joinPeer(layout, program, slug, block);
  }
}

/** Puts the contract on the channel: one package for all, a process of its own for each organisation. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { asAdministrator } from './channel.mjs';
import { CHAINCODE } from './connection-file.mjs';
import { freePorts, mspOf } from './layout.mjs';
import { waitUntilFound } from './converged.mjs';
import { chaincodeNode } from './nodes.mjs';
import { run } from './programs.mjs';

const PACKAGE = fileURLToPath(new URL('../../chaincode/dist/package/', import.meta.url));
const SERVER = fileURLToPath(new URL('../../node_modules/fabric-shim/cli.js', import.meta.url));
/** on a busy machine a block takes its time */
const PATIENCE = ['--waitForEventTimeout', '120s'];
const READY_BOUND_MS = 60_000;
const POLL_MS = 300;

/** The same bytes wherever it is packed: its hash is the package's id, which every member approves. */
function pack(layout, program, label) {
  const folder = layout.path('package');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  // each organisation's builder puts in the address of its own process
  writeFileSync(join(folder, 'connection.json'), '{"address":""}\n');
  writeFileSync(join(folder, 'metadata.json'), `{"type":"ccaas","label":"${label}"}\n`);
  const same = ['--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=a=r'];
  const archive = (name, files) => {
    const tar = join(folder, `${name}.tar`);
    run('tar', ['-C', folder, ...same, '-cf', tar, ...files]);
    run('gzip', ['-nf', tar]);
    return `${tar}.gz`;
  };
  archive('code', ['connection.json']);
  const whole = archive('package', ['metadata.json', 'code.tar.gz']);
  const env = asAdministrator(layout, layout.members[0]);
  const said = run(program('peer'), ['lifecycle', 'chaincode', 'calculatepackageid', whole], env);
  return { whole, id: said.trim().split('\n').at(-1) };
}

const lifecycle = (layout, program, slug, args) =>
  run(program('peer'), ['lifecycle', 'chaincode', ...args], asAdministrator(layout, slug));

/** @returns the sequence that the channel has committed, 0 for none */
function committedSequence(layout, program) {
  const [slug] = layout.members;
  const args = ['querycommitted', '-C', layout.channel, '--output', 'json'];
  const { chaincode_definitions: known = [] } = JSON.parse(lifecycle(layout, program, slug, args));
  return known.find(({ name }) => name === CHAINCODE)?.sequence ?? 0;
}

/** Any one member's peer may endorse: whose collection is written decides whose has to. */
function definition(layout, sequence) {
  const anyMember = `OR(${layout.members.map((slug) => `'${mspOf(slug)}.peer'`).join(',')})`;
  return [
    ...[
      '-C',
      layout.channel,
      '-n',
      CHAINCODE,
      '-v',
      String(sequence),
      '--sequence',
      String(sequence),
    ],
    ...['--signature-policy', anyMember],
    ...['-o', layout.ordererAddress(), '--tls', '--cafile', layout.ordererCa()],
  ];
}

const nextNode = (slug) => `${chaincodeNode(slug)}-next`;

/** An address of its own for each package: the process before serves until the channel has taken the new one. */
async function chooseAddress(layout, slug, label) {
  const [port] = await freePorts(1);
  const folder = layout.path('addresses', slug);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, label), `127.0.0.1:${port}`);
  return port;
}

async function startNext(layout, nodes, slug, { id, port }) {
  nodes.define(nextNode(slug), {
    program: process.execPath,
    args: [SERVER, 'server', '--chaincode-address', `127.0.0.1:${port}`, '--chaincode-id', id],
    env: { CHAINCODE_TLS_DISABLED: 'true', NODE_ENV: 'production' },
    cwd: PACKAGE,
    ports: [port],
  });
  await nodes.start(nextNode(slug));
}

async function replaceFormer(layout, nodes) {
  for (const slug of layout.members) {
    if (nodes.isDefined(chaincodeNode(slug))) await nodes.stop(chaincodeNode(slug));
    nodes.rename(nextNode(slug), chaincodeNode(slug));
  }
}

/**
 * Installs the contract with every member, approves it as each, and commits it. Called again it is an upgrade,
 * by the next sequence; the processes before it serve until the channel has taken it.
 */
export async function deployContract(layout, nodes, program) {
  run(process.execPath, [
    fileURLToPath(new URL('../../chaincode/scripts/bundle.mjs', import.meta.url)),
  ]);
  const sequence = committedSequence(layout, program) + 1;
  const label = `${CHAINCODE}_${sequence}`;
  const { whole, id } = pack(layout, program, label);
  for (const slug of layout.members) {
    const port = await chooseAddress(layout, slug, label);
    lifecycle(layout, program, slug, ['install', whole]);
    await startNext(layout, nodes, slug, { id, port });
    const approval = ['approveformyorg', ...definition(layout, sequence), '--package-id', id];
    lifecycle(layout, program, slug, [...approval, ...PATIENCE]);
  }
  const endorsers = layout.members.flatMap((slug) => [
    ...['--peerAddresses', layout.peerAddress(slug)],
    ...['--tlsRootCertFiles', join(layout.peerDir(slug), 'tls/ca.crt')],
  ]);
  const [first] = layout.members;
  lifecycle(layout, program, first, [
    'commit',
    ...definition(layout, sequence),
    ...endorsers,
    ...PATIENCE,
  ]);
  await waitUntilServed(layout, program);
  await replaceFormer(layout, nodes);
  await waitUntilFound(layout);
  return { sequence, id };
}

/** Each peer has to have seen the commit and found its process. */
async function waitUntilServed(layout, program) {
  const call = JSON.stringify({
    function: 'readRecord',
    Args: [JSON.stringify({ businessKey: '0'.repeat(64) })],
  });
  const deadlineMs = Date.now() + READY_BOUND_MS;
  for (const slug of layout.members) {
    for (;;) {
      try {
        const args = ['chaincode', 'query', '-C', layout.channel, '-n', CHAINCODE, '-c', call];
        run(program('peer'), args, asAdministrator(layout, slug));
        break;
      } catch (error) {
        if (Date.now() > deadlineMs) throw error;
      }
      await pause(POLL_MS);
    }
  }
}

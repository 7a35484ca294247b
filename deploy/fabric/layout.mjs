/** Where everything of a network lies, and which ports its nodes have. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One line that says what to do; anything else that is thrown is a defect. */
export class NetworkError extends Error {}

export const mspOf = (slug) => `${slug}-msp`;
export const ORDERER_MSP = 'orderer-msp';
const DOMAIN = 'roamgrid.test';
export const domainOf = (name) => `${name}.${DOMAIN}`;

const ORDERERS = new Set([1, 4]);
const SLUG = /^[a-z][a-z0-9-]*$/;

function readConsortium(file) {
  const { channel, orderers, members } = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(members) || members.length < 2 || !members.every((slug) => SLUG.test(slug))) {
    throw new NetworkError(`${file}: members are two or more slugs`);
  }
  if (!ORDERERS.has(orderers)) {
    throw new NetworkError(`${file}: 1 orderer (Raft, for trials) or 4 (SmartBFT)`);
  }
  return { channel, orderers, members };
}

export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) server.close();
  return ports;
}

/** A node's two ports: what others speak to; an orderer's for its administrator, a peer's for chaincode. */
async function choosePorts({ orderers, members }) {
  const ports = await freePorts((orderers + members.length) * 2);
  const take = () => ports.shift();
  return {
    orderers: Array.from({ length: orderers }, () => ({ port: take(), adminPort: take() })),
    peers: Object.fromEntries(
      members.map((slug) => [slug, { port: take(), chaincodePort: take() }]),
    ),
  };
}

/** Opens a network's folder, or begins one. */
export async function openLayout({ dir, consortium }) {
  const root = resolve(dir);
  const kept = join(root, 'network.json');
  if (!existsSync(kept)) {
    const wanted = readConsortium(consortium);
    mkdirSync(join(root, 'logs'), { recursive: true, mode: 0o700 });
    const made = { ...wanted, ports: await choosePorts(wanted) };
    writeFileSync(kept, `${JSON.stringify(made, null, 2)}\n`);
  }
  return new Layout(root, JSON.parse(readFileSync(kept, 'utf8')));
}

export class Layout {
  constructor(root, { channel, orderers, members, ports }) {
    this.root = root;
    this.channel = channel;
    this.members = members;
    this.ports = ports;
    this.orderers = Array.from({ length: orderers }, (_, index) => `orderer${index + 1}`);
  }

  path(...parts) {
    return join(this.root, ...parts);
  }

  ordererPorts(name) {
    return this.ports.orderers[this.orderers.indexOf(name)];
  }

  ordererDir(name) {
    const domain = domainOf('orderer');
    return this.path('crypto/ordererOrganizations', domain, 'orderers', `${name}.${domain}`);
  }

  ordererOrganization() {
    return this.path('crypto/ordererOrganizations', domainOf('orderer'));
  }

  organization(slug) {
    return this.path('crypto/peerOrganizations', domainOf(slug));
  }

  peerDir(slug) {
    return join(this.organization(slug), 'peers', `peer0.${domainOf(slug)}`);
  }

  userDir(slug, user) {
    return join(this.organization(slug), 'users', `${user}@${domainOf(slug)}`);
  }

  peerAddress(slug) {
    return `localhost:${this.ports.peers[slug].port}`;
  }

  ordererAddress(name = this.orderers[0]) {
    return `localhost:${this.ordererPorts(name).port}`;
  }

  ordererCa() {
    return join(this.ordererDir(this.orderers[0]), 'tls/ca.crt');
  }
}

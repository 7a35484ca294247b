/** The processes of a network: orderers, peers, and one chaincode process an organisation. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  openSync,
  renameSync,
  closeSync,
  readFileSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NetworkError } from './layout.mjs';

const READY_BOUND_MS = 60_000;
const END_BOUND_MS = 20_000;
const POLL_MS = 50;

/** What a process was started as: the start time tells it from a later one with its number. */
function startedAt(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19];
  } catch {
    return null;
  }
}

export class Nodes {
  constructor(layout) {
    this.layout = layout;
  }

  #file(name) {
    return this.layout.path('nodes', `${name}.json`);
  }

  /** Keeps how a node is started, so that it can be started again by its name. */
  define(name, plan) {
    mkdirSync(this.layout.path('nodes'), { recursive: true });
    const before = existsSync(this.#file(name)) ? this.#read(name) : {};
    writeFileSync(this.#file(name), JSON.stringify({ ...before, ...plan }, null, 2), {
      mode: 0o600,
    });
  }

  #read(name) {
    if (!existsSync(this.#file(name))) throw new NetworkError(`there is no node ${name}`);
    return JSON.parse(readFileSync(this.#file(name), 'utf8'));
  }

  /** A node takes the name of one that has ended. */
  rename(from, to) {
    renameSync(this.#file(from), this.#file(to));
  }

  isDefined(name) {
    return existsSync(this.#file(name));
  }

  isRunning(name) {
    const { pid, startedAt: started } = this.#read(name);
    return pid !== undefined && started !== null && startedAt(pid) === started;
  }

  /** Starts a node, unless it runs, and waits until its ports are open. */
  async start(name) {
    const { program, args, env, cwd, ports } = this.#read(name);
    if (this.isRunning(name)) return;
    const log = openSync(this.layout.path('logs', `${name}.log`), 'a');
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    await once(child, 'spawn');
    child.unref();
    this.define(name, { pid: child.pid, startedAt: startedAt(child.pid) });
    const deadlineMs = Date.now() + READY_BOUND_MS;
    while (!(await Promise.all(ports.map(isOpen))).every(Boolean)) {
      if (!this.isRunning(name))
        throw new NetworkError(`${name} ended: see ${this.layout.path('logs', `${name}.log`)}`);
      if (Date.now() > deadlineMs)
        throw new NetworkError(`${name} does not listen on ${ports.join(', ')}`);
      await pause(POLL_MS);
    }
  }

  /** @param signal SIGKILL for a node that dies */
  async stop(name, signal = 'SIGTERM') {
    const { pid } = this.#read(name);
    if (!this.isRunning(name)) return;
    process.kill(pid, signal);
    const deadlineMs = Date.now() + END_BOUND_MS;
    while (this.isRunning(name)) {
      if (Date.now() > deadlineMs) process.kill(pid, 'SIGKILL');
      await pause(POLL_MS);
    }
  }
}

async function isOpen(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export const chaincodeNode = (slug) => `chaincode-${slug}`;
export const peerNode = (slug) => `peer-${slug}`;

export function allNodes(layout) {
  return [
    ...layout.members.map(chaincodeNode),
    ...layout.members.map(peerNode),
    ...layout.orderers,
  ];
}

export function writeConfiguration(layout, name, file, value) {
  const folder = layout.path('configuration', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), JSON.stringify(value, null, 2));
  return folder;
}

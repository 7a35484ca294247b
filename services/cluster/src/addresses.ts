import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below those that systems give to outgoing connections, which would take a port while its owner is away. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const ATTEMPTS = 2_000;

async function tryListen(host: string, port: number): Promise<Server | null> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}

/** Ports that were free a moment ago, all different. */
async function freePorts(host: string, count: number, random: () => number): Promise<number[]> {
  const held = new Map<number, Server>();
  for (let attempt = 0; held.size < count && attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST_PORT + Math.floor(random() * (HIGHEST_PORT - LOWEST_PORT));
    const server = held.has(port) ? null : await tryListen(host, port);
    if (server !== null) held.set(port, server);
  }
  for (const server of held.values()) {
    const closed = once(server, 'close');
    server.close();
    await closed;
  }
  if (held.size < count) {
    throw new Error(`no ${String(count)} free ports from ${String(LOWEST_PORT)} on`);
  }
  return [...held.keys()];
}

const nameOf = (service: string, utility?: string): string =>
  utility === undefined ? service : `${utility}/${service}`;

/** Who stands where inside. */
export interface Addresses {
  /** what inner programs listen on */
  readonly host: string;
  portOf(service: string, utility?: string): number;
  /** `http://…` of one that serves others */
  originOf(service: string, utility?: string): string;
  /** '' for one that has no probe */
  probeOf(service: string, utility?: string): string;
  /** `name=url` of everyone who tells how he is */
  probes(): string[];
}

const PROBED_SERVICES = ['settlement', 'crp', 'profiles', 'aaa', 'portal'] as const;

const probedNames = (utilities: readonly string[]): string[] => [
  ...['ledger', 'router'],
  ...utilities.flatMap((utility) => PROBED_SERVICES.map((service) => nameOf(service, utility))),
];

/** All on this machine, on ports chosen once, so that one who comes back is found where he was. */
export class LocalAddresses implements Addresses {
  readonly host: string;
  readonly #ports: Map<string, number>;
  readonly #probes: Map<string, number>;

  private constructor(host: string, ports: Map<string, number>, probes: Map<string, number>) {
    this.host = host;
    this.#ports = ports;
    this.#probes = probes;
  }

  /** Inner addresses are of this machine only, whatever the public one is. */
  static async choose(utilities: readonly string[], random: () => number): Promise<LocalAddresses> {
    const host = '127.0.0.1';
    const serving = [
      ...['nats-server', 'identity', 'router', 'consortium'],
      ...utilities.map((utility) => nameOf('portal', utility)),
    ];
    const probed = probedNames(utilities);
    const ports = await freePorts(host, serving.length + probed.length, random);
    return new LocalAddresses(
      host,
      new Map(serving.map((name, index) => [name, ports[index] ?? 0])),
      new Map(probed.map((name, index) => [name, ports[serving.length + index] ?? 0])),
    );
  }

  /** Chooses for a utility that joins; the others stay where they are. */
  async add(utility: string, random: () => number): Promise<void> {
    if (this.#ports.has(nameOf('portal', utility))) return;
    const [portal = 0, ...probes] = await freePorts(this.host, 1 + PROBED_SERVICES.length, random);
    this.#ports.set(nameOf('portal', utility), portal);
    PROBED_SERVICES.forEach((service, index) => {
      this.#probes.set(nameOf(service, utility), probes[index] ?? 0);
    });
  }

  portOf(service: string, utility?: string): number {
    const port = this.#ports.get(nameOf(service, utility));
    if (port === undefined) throw new Error(`${nameOf(service, utility)} has no port`);
    return port;
  }

  originOf(service: string, utility?: string): string {
    return `http://${this.host}:${String(this.portOf(service, utility))}`;
  }

  probeOf(service: string, utility?: string): string {
    const port = this.#probes.get(nameOf(service, utility));
    return port === undefined ? '' : String(port);
  }

  probes(): string[] {
    return [...this.#probes].map(([name, port]) => `${name}=http://${this.host}:${String(port)}`);
  }
}

const CONTAINER_PORTS = {
  'nats-server': 4222,
  router: 8090,
  portal: 8091,
  identity: 8092,
} as const;
const CONTAINER_PROBE_PORT = 9464;

/** Each in a container that is named like it: `router`, `duke-energy-portal`. */
export class ContainerAddresses implements Addresses {
  readonly host = '0.0.0.0';
  readonly #utilities: readonly string[];

  constructor(utilities: readonly string[]) {
    this.#utilities = utilities;
  }

  portOf(service: string): number {
    const port = Object.entries(CONTAINER_PORTS).find(([name]) => name === service)?.[1];
    if (port === undefined) throw new Error(`${service} has no port`);
    return port;
  }

  originOf(service: string, utility?: string): string {
    return `http://${containerOf(service, utility)}:${String(this.portOf(service))}`;
  }

  probeOf(service: string, utility?: string): string {
    const isProbed = probedNames(this.#utilities).includes(nameOf(service, utility));
    return isProbed ? String(CONTAINER_PROBE_PORT) : '';
  }

  probes(): string[] {
    return probedNames(this.#utilities).map(
      (name) => `${name}=http://${name.replace('/', '-')}:${String(CONTAINER_PROBE_PORT)}`,
    );
  }
}

export function containerOf(service: string, utility?: string): string {
  return nameOf(service, utility).replace('/', '-');
}

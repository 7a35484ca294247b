import { watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { Probes } from './ask-upstreams.js';
import { members, type EdgeConfiguration } from './edge.config.js';
import type { Upstreams } from './upstreams.js';

/** A new member is reached this soon. */
const LOOK_AGAIN_MS = 500;

/** Where the edge was told to send what it does not answer, and where members are that came later. */
export class LiveUpstreams implements Upstreams {
  readonly router: string;
  readonly identity: string;
  readonly consortium: string | undefined;
  #portals: Readonly<Record<string, string>>;
  #probes: Probes;

  constructor(configuration: EdgeConfiguration) {
    this.router = configuration.ROUTER_URL;
    this.identity = configuration.IDENTITY_URL;
    this.consortium = configuration.CONSORTIUM_URL;
    this.#portals = configuration.PORTALS;
    this.#probes = configuration.PROBES ?? {};
  }

  get portals(): Readonly<Record<string, string>> {
    return this.#portals;
  }

  get probes(): Probes {
    return this.#probes;
  }

  /** Reads the file now and whenever it has changed. @throws a system error, or one of zod, at the first time */
  async follow(path: string, onFault: (error: unknown) => void): Promise<void> {
    await this.#read(path);
    watchFile(path, { interval: LOOK_AGAIN_MS, persistent: false }, () => {
      this.#read(path).catch(onFault);
    });
  }

  async #read(path: string): Promise<void> {
    const found: z.infer<typeof members> = members.parse(JSON.parse(await readFile(path, 'utf8')));
    this.#portals = { ...this.#portals, ...found.portals };
    this.#probes = { ...this.#probes, ...found.probes };
  }
}

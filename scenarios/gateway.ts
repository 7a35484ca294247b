import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeDataDir } from '@roamgrid/persistence';
import { jest } from '@jest/globals';
import { resetSharedGateway, sharedGateway } from './shared-gateway.js';

/** What `DATA_DIR/demo-credentials.json` holds (INTERFACE §3), as far as scenarios use it. */
export interface Credentials {
  readonly baseUrl: string;
  readonly stations: Readonly<Record<string, { password: string }>>;
  readonly clients: Readonly<Record<string, { clientId: string; clientSecret: string }>>;
  readonly approvers: Readonly<Record<string, { clientId: string; clientSecret: string }>>;
  readonly consortium: { clientId: string; clientSecret: string };
  readonly pins: Readonly<Record<string, string>>;
  readonly cards: Readonly<Record<string, { contractId?: string; uid?: string }>>;
}

/** An answer of the gateway; `body` is whatever JSON it sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What stands at `items.0.document` of an answer; undefined where nothing does. */
export function at(body: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null
          ? (value as Record<string, unknown>)[key]
          : undefined,
      body,
    );
}

/** What a story looks for is not in an answer, perhaps not yet. */
export class Missing extends Error {}

/** The text at a path. @throws Missing where there is none */
export function text(body: unknown, path: string): string {
  const value = at(body, path);
  if (typeof value !== 'string') {
    throw new Missing(`no text at ${path} of ${JSON.stringify(body)}`);
  }
  return value;
}

/** The list at a path. @throws Missing where there is none */
export function list(body: unknown, path: string): readonly unknown[] {
  const value = at(body, path);
  if (!Array.isArray(value)) throw new Missing(`no list at ${path} of ${JSON.stringify(body)}`);
  return value as readonly unknown[];
}

/** bounds for a busy machine; nothing waits for them */
const READY_BOUND_MS = 170_000;
const UNTIL_BOUND_MS = 60_000;
const STORY_BOUND_MS = 180_000;
const POLL_MS = 100;

// of each step of a story, and of what comes before and after it
jest.setTimeout(STORY_BOUND_MS);

/** null for yes; else what is missing, as the end of a sentence */
async function answerOf(ask: () => Promise<boolean>): Promise<string | null> {
  try {
    return (await ask()) ? null : '';
  } catch (error) {
    if (error instanceof Missing) return `: ${error.message}`;
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Everything in one process, as `npm start` runs it, or every service apart, as `npm run cluster` does. */
export type Shape = 'all-in-one' | 'cluster';

/** `ROAMGRID_SHAPE`: in which shape the stories are told; all-in-one unless it says so. */
export function shape(): Shape {
  const named = process.env['ROAMGRID_SHAPE'] ?? '';
  if (named === '' || named === 'all-in-one') return 'all-in-one';
  if (named === 'cluster') return 'cluster';
  throw new Error(`ROAMGRID_SHAPE is all-in-one or cluster, not ${named}`);
}

/** A gateway of the built tree, started by plain node as its command does, on a folder of its own. */
export class Gateway {
  readonly baseUrl: string;
  readonly dataDir: string;
  readonly #port: number;
  #process: ChildProcess | undefined;
  #credentials: Credentials | undefined;
  readonly #tokens = new Map<string, string>();
  readonly #passwords = new Map<string, string>();
  #output = '';

  /** shared with the worker's other stories: it is not this one's to end */
  readonly #isShared: boolean;

  private constructor(dataDir: string, port: number, isShared: boolean) {
    this.dataDir = dataDir;
    this.#port = port;
    this.#isShared = isShared;
    this.baseUrl = `http://127.0.0.1:${String(port)}`;
  }

  /**
   * A gateway with the consortium of the first start and nothing more. Stories share one, whose books are put
   * back before each.
   *
   * @param own for a story that ends its gateway, reads what it writes, or changes who runs in it
   */
  static async start({ own = false }: { readonly own?: boolean } = {}): Promise<Gateway> {
    if (!own) {
      const shared = sharedGateway();
      await resetSharedGateway(shared);
      const gateway = new Gateway(shared.dataDir, shared.port, true);
      await gateway.#readCredentials();
      return gateway;
    }
    const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid '));
    const gateway = new Gateway(dataDir, await freePort(), false);
    try {
      await gateway.boot();
    } catch (error) {
      await gateway.dispose();
      throw error;
    }
    return gateway;
  }

  /**
   * Starts the process on the same data directory and waits until it is ready.
   *
   * @param silent utilities whose services do not run: their partners get no answer
   */
  async boot(silent: readonly string[] = []): Promise<void> {
    if (this.#isShared) throw new Error('this story starts its gateway: it needs one of its own');
    const main = resolve(`services/${shape()}/dist/main.js`);
    const child = spawn(process.execPath, [main], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        PORT: String(this.#port),
        DATA_DIR: this.dataDir,
        DEMO: '0',
        SILENT_UTILITIES: silent.join(','),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
      this.#output += chunk.toString();
    });
    await this.until(
      async () => {
        if (child.exitCode !== null) throw new Error(`the gateway ended: ${complaint}`);
        return (await fetch(`${this.baseUrl}/health/ready`).catch(() => null))?.status === 200;
      },
      'the gateway is ready',
      READY_BOUND_MS,
    );
    await this.#readCredentials();
  }

  async #readCredentials(): Promise<void> {
    const text = await readFile(join(this.dataDir, 'demo-credentials.json'), 'utf8');
    this.#credentials = JSON.parse(text) as Credentials;
    this.#tokens.clear();
  }

  /** Learns the clients of a member that has joined since the start. */
  async meetNewMembers(): Promise<void> {
    await this.#readCredentials();
  }

  /** Keeps the password that was shown when a station was registered. */
  rememberStation(stationId: string, password: string): void {
    this.#passwords.set(stationId, password);
  }

  /** Where a station of the demonstration connects over OCPP. */
  ocppAddress(stationId: string): { url: string; stationId: string; password: string } {
    const password = this.credentials.stations[stationId]?.password ?? '';
    return { url: this.baseUrl.replace('http', 'ws'), stationId, password };
  }

  /** everything the process has written so far */
  get output(): string {
    return this.#output;
  }

  get credentials(): Credentials {
    if (this.#credentials === undefined) throw new Error('the gateway was not booted');
    return this.#credentials;
  }

  /** Sends the process a signal and waits for its end. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.#isShared) throw new Error('this story ends its gateway: it needs one of its own');
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  async dispose(): Promise<void> {
    if (this.#isShared) return;
    await this.end();
    await removeDataDir(this.dataDir);
  }

  /** Asks until the answer is yes; a bound instead of a sleep. What is missing in an answer may come. */
  async until(ask: () => Promise<boolean>, what: string, boundMs = UNTIL_BOUND_MS): Promise<void> {
    const deadline = Date.now() + boundMs;
    for (;;) {
      const missing = await answerOf(ask);
      if (missing === null) return;
      if (Date.now() > deadline) {
        throw new Error(`not within ${String(boundMs)} ms: ${what}${missing}`);
      }
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  }

  /** A station's HTTP call with its own password, or with another one. */
  station(
    stationId: string,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    options: { password?: string; idempotencyKey?: string; raw?: string } = {},
  ): Promise<Answer> {
    const known = this.credentials.stations[stationId]?.password ?? this.#passwords.get(stationId);
    const password = options.password ?? known ?? '';
    const basic = Buffer.from(`${stationId}:${password}`).toString('base64');
    return this.#call(method, `/station/v1${path}`, options.raw ?? body, {
      authorization: `Basic ${basic}`,
      ...(options.idempotencyKey === undefined
        ? {}
        : { 'idempotency-key': options.idempotencyKey }),
    });
  }

  /** A utility's API with that utility's client (or its approver). */
  async api(
    utility: string,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options: {
      as?: 'client' | 'approver';
      tokenOf?: string;
      idempotencyKey?: string;
      ifMatch?: string | null;
    } = {},
  ): Promise<Answer> {
    const token = await this.token(options.tokenOf ?? utility, options.as ?? 'client');
    return this.#call(method, `/${utility}/api/v1${path}`, body, {
      authorization: `Bearer ${token}`,
      ...(options.ifMatch === undefined || options.ifMatch === null
        ? {}
        : { 'if-match': options.ifMatch }),
      ...(options.idempotencyKey === undefined
        ? {}
        : { 'idempotency-key': options.idempotencyKey }),
    });
  }

  /** A file to a utility's API: a table (`text/csv`) unless it is said to be another type. */
  async sendTable(utility: string, path: string, csv: string, type = 'text/csv'): Promise<Answer> {
    const authorization = `Bearer ${await this.token(utility, 'client')}`;
    return this.#call('POST', `/${utility}/api/v1${path}`, csv, {
      authorization,
      'content-type': type,
    });
  }

  /** The consortium's own API, as its administrator unless somebody else's token is given. */
  async consortium(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    options: { token?: string | null; idempotencyKey?: string } = {},
  ): Promise<Answer> {
    const token =
      options.token === undefined
        ? await this.#tokenOf(this.credentials.consortium, 'urn:roamgrid:consortium')
        : options.token;
    return this.#call(method, `/consortium/v1${path}`, body, {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(options.idempotencyKey === undefined
        ? {}
        : { 'idempotency-key': options.idempotencyKey }),
    });
  }

  async token(utility: string, as: 'client' | 'approver'): Promise<string> {
    const client = this.credentials[as === 'client' ? 'clients' : 'approvers'][utility];
    if (client === undefined) throw new Error(`no client of ${utility}`);
    return this.#tokenOf(client, `urn:roamgrid:utility:${utility}`);
  }

  async #tokenOf(
    client: { clientId: string; clientSecret: string },
    resource: string,
  ): Promise<string> {
    const key = client.clientId;
    const known = this.#tokens.get(key);
    if (known !== undefined) return known;
    const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
    const response = await fetch(`${this.baseUrl}/oidc/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource,
      }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`);
    this.#tokens.set(key, answer.access_token);
    return answer.access_token;
  }

  get(path: string): Promise<Answer> {
    return this.#call('GET', path, undefined, {});
  }

  async #call(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : (JSON.parse(text) as unknown),
    };
  }
}

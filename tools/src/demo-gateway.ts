import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { DemoFault, faultLine } from './demo-fault.js';

const client = z.looseObject({ clientId: z.string(), clientSecret: z.string() });
const credentialsFile = z.looseObject({
  baseUrl: z.string(),
  stations: z.record(z.string(), z.looseObject({ password: z.string() })),
  clients: z.record(z.string(), client),
  approvers: z.record(z.string(), client).default({}),
  consortium: client,
});
export type DemoCredentials = z.infer<typeof credentialsFile>;

const tokenAnswer = z.looseObject({ access_token: z.string() });
const problem = z.looseObject({ code: z.string(), detail: z.string() });

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const CONSORTIUM = 'urn:roamgrid:consortium';
const health = z.looseObject({
  parts: z.array(
    z.looseObject({ name: z.string(), state: z.string(), detail: z.string().optional() }),
  ),
});

/** Each part that is down, with why. */
function downParts(body: unknown): string[] {
  const told = health.safeParse(body);
  if (!told.success) return [];
  return told.data.parts
    .filter(({ state }) => state !== 'up')
    .map(({ name, detail }) => `${name} is down${detail === undefined ? '' : ` (${detail})`}`);
}

const POLL_MS = 100;
const ANSWER_MS = 150_000;

/** The running gateway as any program outside sees it: its addresses, and tokens of its utilities. */
export class DemoGateway {
  readonly credentials: DemoCredentials;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(credentials: DemoCredentials) {
    this.credentials = credentials;
  }

  /** @throws DemoFault when no gateway runs on this data directory */
  static async open(dataDir: string): Promise<DemoGateway> {
    const path = join(dataDir, 'demo-credentials.json');
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new DemoFault(
        `No gateway has been started on ${dataDir}; start one with npm start (${faultLine(error)}).`,
      );
    });
    const gateway = new DemoGateway(credentialsFile.parse(JSON.parse(text)));
    await gateway.#checkReady();
    return gateway;
  }

  get baseUrl(): string {
    return this.credentials.baseUrl;
  }

  /** `ws://…` for stations */
  get socketUrl(): string {
    return this.baseUrl.replace(/^http/, 'ws');
  }

  get utilities(): readonly string[] {
    return Object.keys(this.credentials.clients);
  }

  /** A call to a utility's API with that utility's own client. */
  async ask(utility: string, method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    return this.#call(await this.#token(utility), method, `/${utility}/api/v1${path}`, body);
  }

  /** A call to a utility's API with its second identity: what one person writes another one approves. */
  async askApprover(
    utility: string,
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<Answer> {
    const approver = this.credentials.approvers[utility];
    if (approver === undefined) throw new DemoFault(`There is no approver of ${utility}.`);
    const token = await this.#newToken(approver, `urn:roamgrid:utility:${utility}`);
    return this.#call(token, method, `/${utility}/api/v1${path}`, body);
  }

  /** A call to the consortium's API as its administrator. */
  async askConsortium(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const token = await this.#newToken(this.credentials.consortium, CONSORTIUM);
    return this.#call(token, method, `/consortium/v1${path}`, body);
  }

  async #call(
    token: string,
    method: 'GET' | 'POST',
    path: string,
    body: object | undefined,
  ): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }

  /** The answer as `schema` reads it. @throws DemoFault for any other status */
  async get<Schema extends z.ZodType>(
    utility: string,
    path: string,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const answer = await this.ask(utility, 'GET', path);
    if (answer.status !== 200) throw refused(`${utility} ${path}`, answer);
    return schema.parse(answer.body);
  }

  /** Asks until the answer is something; bounded. @throws DemoFault */
  async until<Value>(
    what: string,
    boundMs: number,
    ask: () => Promise<Value | null>,
  ): Promise<Value> {
    const deadline = Date.now() + boundMs;
    for (;;) {
      const value = await ask();
      if (value !== null) return value;
      if (Date.now() > deadline) {
        throw new DemoFault(`Not within ${String(boundMs)} ms: ${what}.`);
      }
      await pause(POLL_MS);
    }
  }

  async #checkReady(): Promise<void> {
    const response = await fetch(`${this.baseUrl}/health/ready`).catch(() => null);
    if (response === null) {
      throw new DemoFault(`No gateway answers at ${this.baseUrl}; start one with npm start.`);
    }
    if (response.status !== 200) {
      const down = downParts(await response.json().catch(() => null)).join(', ');
      throw new DemoFault(
        `The gateway at ${this.baseUrl} is not ready: ${down === '' ? 'see /health/ready' : down}.`,
      );
    }
  }

  /** How many parts of the gateway can do their work, and which cannot. */
  async readiness(): Promise<{ readonly up: number; readonly down: readonly string[] }> {
    const body: unknown = await (await fetch(`${this.baseUrl}/health/ready`)).json();
    const { parts } = health.parse(body);
    return { up: parts.filter(({ state }) => state === 'up').length, down: downParts(body) };
  }

  /** The gateway's metrics as Prometheus text. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.baseUrl}/metrics`)).text();
  }

  #token(utility: string): Promise<string> {
    const client = this.credentials.clients[utility];
    if (client === undefined) throw new DemoFault(`There is no client of ${utility}.`);
    const resource = `urn:roamgrid:utility:${utility}`;
    const known = this.#tokens.get(utility) ?? this.#newToken(client, resource);
    this.#tokens.set(utility, known);
    return known;
  }

  async #newToken(
    { clientId, clientSecret }: z.infer<typeof client>,
    resource: string,
  ): Promise<string> {
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const response = await fetch(`${this.baseUrl}/oidc/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource,
      }),
    });
    const answer = tokenAnswer.safeParse(await response.json());
    if (!answer.success) {
      throw new DemoFault(`${clientId} got no token: status ${String(response.status)}.`);
    }
    return answer.data.access_token;
  }
}

/** What the gateway said instead of the wanted answer. */
export function refused(what: string, { status, body }: Answer): DemoFault {
  const told = problem.safeParse(body);
  const reason = told.success ? `${told.data.code}: ${told.data.detail}` : 'no reason given';
  return new DemoFault(`${what} was answered ${String(status)}, ${reason}.`);
}

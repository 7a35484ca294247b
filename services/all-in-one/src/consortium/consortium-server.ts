import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RegistryEntry } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import {
  listenHttp,
  problemOf,
  registryPath,
  textOfBody,
  toRoamgridError,
  type IdSource,
  type Log,
} from '@roamgrid/platform';
import { verifyToken, type TokenRules } from '@roamgrid/portal';
import type { AddedMember, Consortium } from './consortium.js';
import { consortiumApiDocument } from './consortium-api-document.js';
import { newMember } from './new-member.js';
import type { RequestKeys } from './request-keys.js';

const SCOPE = 'utilities:write';
const MEMBERS = '/consortium/v1/utilities';
const BODY_LIMIT_BYTES = 65_536;

export interface ConsortiumServerOptions {
  readonly consortium: Consortium;
  readonly keys: RequestKeys;
  readonly dataDir: string;
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  readonly tokens: Omit<TokenRules, 'audience'>;
  readonly ids: IdSource;
  readonly log: Log;
}

export interface RunningConsortium {
  readonly port: number;
  stop(): Promise<void>;
}

interface Content {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

const json = (status: number, value: unknown): Content => ({ status, text: JSON.stringify(value) });

/** What the consortium's administrator asks: `/consortium/v1`. */
class ConsortiumHttp {
  readonly #options: ConsortiumServerOptions;

  constructor(options: ConsortiumServerOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage): Promise<Content> {
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/.well-known/openapi.json') return json(200, consortiumApiDocument());
    if (path === '/consortium/v1/registry') {
      assertMethod(request, ['GET']);
      // signed, and public: routing prefixes, names and public keys
      return { status: 200, text: await readFile(registryPath(this.#options.dataDir), 'utf8') };
    }
    if (path !== MEMBERS && !path.startsWith(`${MEMBERS}/`)) {
      throw new RoamgridError('not_found', 'no such page');
    }
    assertMethod(request, path === MEMBERS ? ['GET', 'POST'] : ['GET']);
    await this.#checkCaller(request);
    const { consortium } = this.#options;
    if (path !== MEMBERS)
      return json(200, shown(consortium.member(path.slice(MEMBERS.length + 1))));
    if (request.method === 'POST') return this.#add(request);
    return json(200, { items: consortium.members.map(shown), nextCursor: null });
  }

  async #checkCaller(request: IncomingMessage): Promise<void> {
    const rules = { ...this.#options.tokens, audience: 'urn:roamgrid:consortium' };
    const { scopes } = await verifyToken(request.headers.authorization, rules);
    if (!scopes.has(SCOPE)) {
      throw new RoamgridError('forbidden', `the token lacks the scope ${SCOPE}`);
    }
  }

  async #add(request: IncomingMessage): Promise<Content> {
    const { consortium, keys } = this.#options;
    const body = await readBody(request);
    const key = request.headers['idempotency-key'];
    const isRepeated = typeof key === 'string' && keys.check(key, body);
    const parsed = newMember.safeParse(parseJson(body));
    if (!parsed.success) {
      const faults = parsed.error.issues.map(({ path, message }) => ({
        path: path.map(String).join('.'),
        message,
      }));
      throw new RoamgridError('malformed_request', 'the body does not describe a utility', faults);
    }
    const added = await consortium.add(parsed.data);
    if (typeof key === 'string' && !isRepeated) await keys.keep(key, body);
    return json(added.isNew || isRepeated ? 201 : 200, answerOf(added));
  }
}

function shown({ keys, ...entry }: RegistryEntry): object {
  return { ...entry, api: `/${entry.utility}/api/v1`, kids: keys.map(({ kid }) => kid) };
}

function answerOf({ entry, registryVersion, access }: AddedMember): object {
  return {
    ...shown(entry),
    registryVersion,
    resource: `urn:roamgrid:utility:${entry.utility}`,
    clients: access,
  };
}

function assertMethod({ method = '' }: IncomingMessage, allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  throw new RoamgridError('method_not_allowed', `the resource has ${allowed.join(', ')}`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new RoamgridError('unsupported_media_type', 'a body is sent as application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES)
      throw new RoamgridError('payload_too_large', 'the body is too large');
    chunks.push(chunk);
  }
  const text = textOfBody(Buffer.concat(chunks));
  if (text !== null) return text;
  throw new RoamgridError('malformed_request', 'the body is not UTF-8', [
    { path: '', message: 'not UTF-8' },
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // the parser quotes the body
    throw new RoamgridError('malformed_request', 'the body is not JSON', [
      { path: '', message: 'not JSON' },
    ]);
  }
}

function send(response: ServerResponse, { status, text, type }: Content): void {
  response
    .writeHead(status, {
      'content-type': type ?? 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    })
    .end(text);
}

function problemContent(error: unknown, { ids, log }: ConsortiumServerOptions): Content {
  const known = toRoamgridError(error);
  if (known.code === 'internal') log.error({ err: error }, 'the consortium failed');
  const text = JSON.stringify(problemOf(known, ids.uuid()));
  return { status: known.status, text, type: 'application/problem+json; charset=utf-8' };
}

/** Serves the consortium's administrator, behind the edge. */
export async function startConsortiumServer(
  options: ConsortiumServerOptions,
): Promise<RunningConsortium> {
  const http = new ConsortiumHttp(options);
  const server: Server = createServer((request, response) => {
    http.answer(request).then(
      (content) => {
        send(response, content);
      },
      (error: unknown) => {
        send(response, problemContent(error, options));
      },
    );
  });
  return listenHttp(server, options);
}

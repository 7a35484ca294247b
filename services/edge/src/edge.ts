import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { json, problem, refuseUpgrade, SECURITY_HEADERS, send, type Content } from './answer.js';
import { collectBody, isOfUnknownLength, refuseBody, saysTooLarge } from './body-limit.js';
import { liveness, readiness, type HealthPart } from './health.js';
import { docsPage } from './pages/docs-page.js';
import { homePage } from './pages/home-page.js';
import { notBuiltPage } from './pages/not-built-page.js';
import { segmentsOf } from './path.js';
import { Proxy } from './proxy.js';
import { destinationOf, type Destination, type PageName, type Upstreams } from './upstreams.js';

/** The part of a log that the edge writes to. */
export interface EdgeLog {
  warn(fields: object, message: string): void;
}

export interface EdgeParts {
  readonly upstreams: Upstreams;
  /** the state of every part behind the edge, for `/health/ready` */
  readonly health: () => Promise<readonly HealthPart[]>;
  /** Prometheus text, for `/metrics` */
  readonly metrics: () => Promise<string>;
  readonly documents: {
    /** asked for whenever it is shown: the parts may be programs of another version by then */
    readonly openApi: () => Promise<Readonly<Record<string, unknown>>>;
    readonly asyncApi: Readonly<Record<string, unknown>>;
  };
  readonly newTraceId: () => string;
  readonly log: EdgeLog;
}

type Upstream = Extract<Destination, { kind: 'upstream' }>;

/** of a body that does not say how long it is */
const GREATEST_COLLECTED_BYTES = 1_048_576;

/** One port for everything: answers its own pages, passes on the rest by path. */
export class Edge {
  readonly #parts: EdgeParts;
  readonly #proxy = new Proxy();

  constructor(parts: EdgeParts) {
    this.#parts = parts;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const destination = this.#destination(request);
    switch (destination.kind) {
      case 'upstream':
        this.#passWithin(destination, request, response);
        return;
      case 'page':
        this.#answerPage(destination.name, request, response);
        return;
      case 'nothing':
        send(response, problem('not_found', 'no such page', this.#parts.newTraceId()));
    }
  }

  /** A body that is too large ends here: cut off behind the edge it would look like an upstream's fault. */
  #passWithin(
    { origin, greatestBodyBytes }: Upstream,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (saysTooLarge(request, greatestBodyBytes)) {
      this.#refuseBody(greatestBodyBytes, request, response);
    } else if (isOfUnknownLength(request)) {
      // it is held here until its length is known: larger ones have to say it
      const collected = Math.min(greatestBodyBytes, GREATEST_COLLECTED_BYTES);
      collectBody(request, collected).then(
        (body) => {
          if (body === null) this.#refuseBody(collected, request, response);
          else this.#pass(origin, body, request, response);
        },
        () => {
          // who broke off reads no answer
          response.destroy();
        },
      );
    } else {
      this.#pass(origin, null, request, response);
    }
  }

  #pass(
    origin: string,
    body: Readable | null,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const failed = (error: Error): void => {
      this.#unreachable(error, (content) => {
        if (response.headersSent) response.destroy();
        else send(response, content);
      });
    };
    this.#proxy.pass(request, response, { origin, body, failed });
  }

  #refuseBody(limitBytes: number, request: IncomingMessage, response: ServerResponse): void {
    const detail = `the body has more than ${String(limitBytes)} bytes`;
    refuseBody(request, response, problem('payload_too_large', detail, this.#parts.newTraceId()));
  }

  /** Only stations speak websocket. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => {
      socket.destroy();
    });
    const destination = this.#destination(request);
    const isStation = segmentsOf(request.url ?? '')?.[0] === 'ocpp';
    if (destination.kind !== 'upstream' || !isStation) {
      refuseUpgrade(socket, problem('not_found', 'no such page', this.#parts.newTraceId()));
      return;
    }
    this.#proxy.passUpgrade(request, socket, head, {
      origin: destination.origin,
      failed: (error) => {
        this.#unreachable(error, (content) => {
          // once it speaks websocket, the end of the connection says enough
          if (socket.bytesWritten === 0) refuseUpgrade(socket, content);
        });
      },
    });
  }

  close(): void {
    this.#proxy.close();
  }

  #destination(request: IncomingMessage): Destination {
    const segments = segmentsOf(request.url ?? '');
    const sent = { method: request.method, contentType: request.headers['content-type'] };
    return segments === null
      ? { kind: 'nothing' }
      : destinationOf(segments, this.#parts.upstreams, sent);
  }

  #unreachable(error: Error, answer: (content: Content) => void): void {
    this.#parts.log.warn({ error: error.message }, 'a part behind the edge did not answer');
    answer(
      problem(
        'peer_unreachable',
        'this part of the gateway does not answer',
        this.#parts.newTraceId(),
      ),
    );
  }

  #answerPage(name: PageName, request: IncomingMessage, response: ServerResponse): void {
    const isHead = request.method === 'HEAD';
    if (name !== 'consortium' && request.method !== 'GET' && !isHead) {
      const content = problem('method_not_allowed', 'the page has GET', this.#parts.newTraceId());
      send(response, { ...content, headers: { allow: 'GET, HEAD' } });
      return;
    }
    this.#page(name, request).then(
      (content) => {
        send(response, content, !isHead);
      },
      (error: unknown) => {
        this.#parts.log.warn({ error: String(error), page: name }, 'a page failed');
        send(response, problem('internal', 'the gateway failed', this.#parts.newTraceId()));
      },
    );
  }

  async #page(name: PageName, request: IncomingMessage): Promise<Content> {
    const { documents, upstreams, health, metrics, newTraceId } = this.#parts;
    switch (name) {
      case 'home':
        return homePage(Object.keys(upstreams.portals));
      case 'docs':
        return docsPage(await documents.openApi());
      case 'openApi':
        return json(200, await documents.openApi());
      case 'asyncApi':
        return json(200, documents.asyncApi);
      case 'live':
        return liveness;
      case 'ready':
        return readiness(health);
      case 'metrics':
        return {
          status: 200,
          type: 'text/plain; version=0.0.4; charset=utf-8',
          body: await metrics(),
        };
      case 'console':
        return notBuiltPage('billing console', request.headers.accept, newTraceId());
      case 'consortium':
        return problem('not_built', 'members cannot be added here yet', newTraceId());
      case 'kiosk':
        return notBuiltPage("station's kiosk", request.headers.accept, newTraceId());
    }
  }
}

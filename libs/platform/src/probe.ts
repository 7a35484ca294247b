import { createServer, type ServerResponse } from 'node:http';
import { listenHttp } from './listen-http.js';
import type { Metrics } from './metrics.js';
import type { RunningProgram } from './run-program.js';
import { watchProcess } from './watch-process.js';

/** One part of a program and whether it works. */
export interface HealthPart {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly detail?: string;
}

export interface ProbeOptions {
  /** as it is shown in metrics: `duke-energy/aaa` */
  readonly program: string;
  readonly configuration: {
    readonly PROBE_HOST: string;
    readonly PROBE_PORT?: number | undefined;
  };
  readonly metrics: Metrics;
  readonly health: () => Promise<readonly HealthPart[]>;
}

/** Asks one part; what it throws is why it is down. */
export async function healthPart(name: string, ask: () => Promise<string>): Promise<HealthPart> {
  try {
    return { name, state: 'up', detail: await ask() };
  } catch (error) {
    return { name, state: 'down', detail: error instanceof Error ? error.message : String(error) };
  }
}

const JSON_TYPE = 'application/json';
const PROMETHEUS_TYPE = 'text/plain; version=0.0.4';

/**
 * Tells whether a program is live and ready, and its metrics: as Prometheus text, and at `/metrics.json` as the
 * edge adds them up. For those who run it: it stands on an inner address and asks nobody who they are.
 */
export async function startProbe({
  program,
  configuration,
  metrics,
  health,
}: ProbeOptions): Promise<RunningProgram> {
  const { PROBE_HOST, PROBE_PORT } = configuration;
  if (PROBE_PORT === undefined) return { stop: () => Promise.resolve() };
  watchProcess(metrics.registry, program);
  const server = createServer((request, response) => {
    answer(request.url ?? '', { metrics, health }).then(
      ({ status, type, text }) => send(response, status, type, text),
      (error: unknown) => send(response, 500, JSON_TYPE, JSON.stringify({ error: String(error) })),
    );
  });
  return listenHttp(server, { host: PROBE_HOST, port: PROBE_PORT });
}

interface Content {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function answer(
  path: string,
  { metrics, health }: Pick<ProbeOptions, 'metrics' | 'health'>,
): Promise<Content> {
  const json = (status: number, value: unknown): Content => ({
    status,
    type: JSON_TYPE,
    text: JSON.stringify(value),
  });
  switch (path) {
    case '/health/live':
      return json(200, { status: 'live' });
    case '/health/ready': {
      const parts = await health();
      const isReady = parts.every(({ state }) => state === 'up');
      return json(isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', parts });
    }
    case '/metrics':
      await health();
      return { status: 200, type: PROMETHEUS_TYPE, text: await metrics.text() };
    case '/metrics.json':
      await health();
      return json(200, await metrics.registry.getMetricsAsJSON());
    default:
      return json(404, { status: 'not found' });
  }
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

import { z } from 'zod';
import type { HealthPart } from './health.js';
import type { Upstreams } from './upstreams.js';

type Json = Readonly<Record<string, unknown>>;

/** Shorter than the edge's own bound on readiness, so that the part that hangs is named. */
const PATIENCE_MS = 3_000;

interface Upstream {
  readonly name: string;
  /** what it serves to anyone, and only when it works */
  readonly url: string;
}

function routerOf({ router }: Upstreams): Upstream {
  return { name: 'router', url: `${router}/.well-known/openapi.json` };
}

function portalsOf({ portals }: Upstreams): Upstream[] {
  return Object.entries(portals).map(([utility, origin]) => ({
    name: `${utility}/portal`,
    url: `${origin}/${utility}/.well-known/openapi.json`,
  }));
}

function consortiumOf({ consortium }: Upstreams): Upstream[] {
  return consortium === undefined
    ? []
    : [{ name: 'consortium', url: `${consortium}/.well-known/openapi.json` }];
}

function all(upstreams: Upstreams): Upstream[] {
  const identity = { name: 'identity', url: `${upstreams.identity}/oidc/jwks` };
  return [routerOf(upstreams), identity, ...portalsOf(upstreams), ...consortiumOf(upstreams)];
}

async function ask({ url }: Upstream, patienceMs: number): Promise<Json> {
  const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
  if (!response.ok) throw new Error(`answers ${String(response.status)}`);
  return (await response.json()) as Json;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause: unknown = error.cause;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

async function upstreamHealth(upstream: Upstream, patienceMs: number): Promise<HealthPart> {
  try {
    await ask(upstream, patienceMs);
    return { name: upstream.name, state: 'up' };
  } catch (error) {
    return { name: upstream.name, state: 'down', detail: reasonOf(error) };
  }
}

/** Origins of the programs that tell how they are, by name: `duke-energy/aaa`, `ledger`. */
export type Probes = Readonly<Record<string, string>>;

const ready = z.object({
  parts: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['up', 'down']),
      detail: z.string().exactOptional(),
    }),
  ),
});

/** What a program says of itself, up or not; one that says nothing is down. */
async function probeHealth(
  [name, origin]: [string, string],
  patienceMs: number,
): Promise<readonly HealthPart[]> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(`${origin}/health/ready`, { signal });
    return ready.parse(await response.json()).parts;
  } catch (error) {
    return [{ name, state: 'down', detail: reasonOf(error) }];
  }
}

/** Whether each program behind the edge answers, and what those say that tell how they are. */
export async function healthOf(
  upstreams: Upstreams,
  probes: Probes = {},
  patienceMs = PATIENCE_MS,
): Promise<readonly HealthPart[]> {
  const answering = all(upstreams);
  const others = Object.entries(probes).filter(
    ([name]) => !answering.some((upstream) => upstream.name === name),
  );
  const parts = await Promise.all([
    ...answering.map(async (upstream) => [await upstreamHealth(upstream, patienceMs)]),
    ...others.map((probe) => probeHealth(probe, patienceMs)),
  ]);
  return parts.flat();
}

/** What the programs behind the edge offer: the first portal that answers speaks for all, they are alike. */
export async function openApiOf(
  upstreams: Upstreams,
  patienceMs = PATIENCE_MS,
): Promise<readonly Json[]> {
  const answers = await Promise.allSettled([
    Promise.any(portalsOf(upstreams).map((portal) => ask(portal, patienceMs))),
    ask(routerOf(upstreams), patienceMs),
    ...consortiumOf(upstreams).map((consortium) => ask(consortium, patienceMs)),
  ]);
  return answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

import { json, type Content } from './answer.js';

/** One part of the gateway and whether it works. */
export interface HealthPart {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly detail?: string;
}

/** How long the parts are waited for: who asks for readiness must get an answer. */
const BOUND_MS = 5_000;

async function bounded(
  parts: () => Promise<readonly HealthPart[]>,
): Promise<readonly HealthPart[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly HealthPart[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([{ name: 'health', state: 'down', detail: 'the parts did not answer in time' }]);
    }, BOUND_MS);
  });
  try {
    return await Promise.race([parts(), late]);
  } catch {
    // why a part could not be asked is in that part's log; here it counts as down
    return [{ name: 'health', state: 'down', detail: 'the parts could not be asked' }];
  } finally {
    clearTimeout(timer);
  }
}

/** 200 while every part is up, 503 as soon as one is not; each part is named. */
export async function readiness(parts: () => Promise<readonly HealthPart[]>): Promise<Content> {
  const known = await bounded(parts);
  const isReady = known.every(({ state }) => state === 'up');
  return json(isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', parts: known });
}

export const liveness: Content = json(200, { status: 'live' });

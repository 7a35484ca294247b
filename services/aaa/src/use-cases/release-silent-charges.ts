import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';
import { isSilent, SILENT } from '../session/silence.js';
import { releaseMandate } from './charge/release-mandate.js';

const BATCH = 100;
const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** where the agreement names no hours, and for a utility's own drivers */
const DEFAULT_HOURS = 72;
/** a start that went to suspense may charge all the same, until its end is told */
const MAY_RUN: ReadonlySet<string> = new Set(['charging', 'idle', 'suspense']);
const UNHEARD = 'Nothing was heard of this charge for long.';

/**
 * Charges whose end never came. After the hours that the agreement names, and not before its mandate has run out, such
 * a charge holds no credit and no connector any more, and home is told. It is billed when its end comes after all,
 * or the connector's next start proves it, and else not.
 *
 * @returns a look at most once a minute; how many were released
 */
export function releaseSilentChargesWith(parts: AaaParts): () => Promise<number> {
  let nextMs: InstantMs = 0;
  return async () => {
    const nowMs = parts.clock.now();
    if (nowMs < nextMs) return 0;
    nextMs = nowMs + EVERY_MS;
    return releaseSilentCharges(parts);
  };
}

export async function releaseSilentCharges(parts: AaaParts): Promise<number> {
  const nowMs = parts.clock.now();
  const unheard = await parts.store.transaction((unit) => unit.sessions.longUnheard(nowMs, BATCH));
  const hours = new Map<string, number | null>();
  let released = 0;
  for (const { sessionId, homeUtility, heardMs } of unheard) {
    const bound = hours.get(homeUtility) ?? (await hoursWith(parts, homeUtility));
    hours.set(homeUtility, bound);
    if (bound === null || nowMs < heardMs + bound * HOUR_MS) continue;
    if (await release(parts, sessionId, nowMs)) released += 1;
  }
  return released;
}

/** Null while nobody says what was agreed: it is asked again. */
async function hoursWith(parts: AaaParts, homeUtility: string): Promise<number | null> {
  if (homeUtility === parts.utility) return DEFAULT_HOURS;
  try {
    const terms = await parts.neighbours.termsWith(homeUtility);
    return terms?.silentChargeHours ?? DEFAULT_HOURS;
  } catch (error) {
    if (error instanceof RoamgridError && error.next === 'retrySame') return null;
    throw error;
  }
}

function release(parts: AaaParts, sessionId: string, nowMs: InstantMs): Promise<boolean> {
  return parts.store.transaction(async (unit) => {
    const session = await unit.sessions.lock(sessionId);
    const mandate = session?.terms?.mandate;
    // its end, or another word, came meanwhile
    if (session === null || mandate === undefined || isSilent(session)) return false;
    if (!MAY_RUN.has(session.state) || session.progress.endAt !== null) return false;
    const { progress } = session;
    await unit.sessions.save({
      ...session,
      message: UNHEARD,
      progress: { ...progress, flags: [...progress.flags, SILENT] },
    });
    await unit.sessions.fallSilent(sessionId, nowMs);
    await unit.mandates.settle(sessionId, mandate.document.mandateId, 0n, 0n);
    await releaseMandate(parts, unit, session, false);
    return true;
  });
}

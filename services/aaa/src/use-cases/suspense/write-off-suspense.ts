import { formatInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { UnitOfWork } from '../../ports.js';
import type { OpenSuspense } from '../../suspense-book.js';
import { nextState } from '../../session/session-states.js';
import { lockOpenItem, signResolution, type Resolution } from './open-item.js';

/** The item is a loss that somebody answers for; the session follows its last item. */
export async function writeOffSuspense(parts: AaaParts, request: Resolution): Promise<void> {
  await parts.store.transaction(async (unit) => {
    const item = await lockOpenItem(unit, request.suspenseId);
    const at = formatInstant(parts.clock.now());
    const resolution = await signResolution(parts, 'writeOff', item, request, at);
    await unit.suspense.end(item, 'written_off', resolution);
    await writeOffSession(unit, item);
  });
}

async function writeOffSession(unit: UnitOfWork, item: OpenSuspense): Promise<void> {
  if (item.sessionId === null) return;
  const session = await unit.sessions.lock(item.sessionId);
  if (session?.state !== 'suspense' || session.progress.endAt === null) return;
  if ((await unit.suspense.openOf(session.sessionId)).length > 0) return;
  const state = nextState(session.state, 'writeOff');
  if (state !== null) await unit.sessions.save({ ...session, state });
}

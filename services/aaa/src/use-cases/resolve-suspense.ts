import type { ReplyOf, RequestOf, resolveSuspense } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';
import type { OpenSuspense, UnitOfWork } from '../ports.js';
import { nextState } from '../session/session-states.js';

/** Staff ends an item with a write-off that this utility signs; the session follows its last item. */
export function resolveSuspenseWith(parts: AaaParts) {
  return async (
    request: RequestOf<typeof resolveSuspense>,
  ): Promise<ReplyOf<typeof resolveSuspense>> => {
    const { suspenseId, resolution, note, by } = request;
    await parts.store.transaction(async (unit) => {
      const item = await unit.suspense.lockOpen(suspenseId);
      if (item === null) throw new RoamgridError('not_found', 'no open suspense item has this id');
      const at = formatInstant(parts.clock.now());
      const signed = await parts.signer.sign({
        type: 'writeOff',
        schemaVersion: 1,
        utility: parts.utility,
        ...item,
        note,
        by,
        writtenOffAt: at,
      });
      await unit.suspense.writeOff(item, { note, by, at, signed });
      await writeOffSession(unit, item);
    });
    return { suspenseId, state: resolution };
  };
}

async function writeOffSession(unit: UnitOfWork, item: OpenSuspense): Promise<void> {
  if (item.sessionId === null) return;
  const session = await unit.sessions.lock(item.sessionId);
  if (session?.state !== 'suspense' || session.progress.endAt === null) return;
  if ((await unit.suspense.openCountOf(session.sessionId)) > 0) return;
  const state = nextState(session.state, 'writeOff');
  if (state !== null) await unit.sessions.save({ ...session, state });
}

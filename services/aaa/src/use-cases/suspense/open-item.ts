import type { RequestOf, resolveSuspense } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { UnitOfWork } from '../../ports.js';
import type { OpenSuspense } from '../../suspense-book.js';
import type { Session } from '../../session/session.js';

export type Resolution = RequestOf<typeof resolveSuspense>;

/** @throws RoamgridError `not_found` for an item that is none, `state_conflict` for one that has ended */
export async function lockOpenItem(unit: UnitOfWork, suspenseId: string): Promise<OpenSuspense> {
  const item = await unit.suspense.lockOpen(suspenseId);
  if (item !== null) return item;
  if (await unit.suspense.isKnown(suspenseId)) {
    throw new RoamgridError('state_conflict', 'the suspense item was ended before');
  }
  throw new RoamgridError('not_found', 'no suspense item has this id');
}

/**
 * The session that an item is about.
 *
 * @throws RoamgridError `price_unknown` where there is none, or nobody consented to a price: nothing can be
 *   charged that was not agreed
 */
export async function lockSessionOf(unit: UnitOfWork, item: OpenSuspense): Promise<Session> {
  const session = item.sessionId === null ? null : await unit.sessions.lock(item.sessionId);
  if (session === null || session.terms === null || session.progress.consent === null) {
    throw new RoamgridError('price_unknown', 'no driver consented to a price: write it off');
  }
  return session;
}

/** What is kept of a resolution: who, why, on which evidence, signed. */
export async function signResolution(
  parts: AaaParts,
  type: 'writeOff' | 'suspenseBill' | 'suspenseCredit',
  item: OpenSuspense,
  request: Resolution,
  at: string,
) {
  const { note, by, correction } = request;
  const signed = await parts.signer.sign({
    type,
    schemaVersion: 1,
    utility: parts.utility,
    ...item,
    note,
    by,
    correction,
    ...(type === 'writeOff' ? { writtenOffAt: at } : { resolvedAt: at }),
  });
  return { note, by, at, correction, signed };
}

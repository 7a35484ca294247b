import type { SignedLoadSignal } from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import { loadSignalProjection } from '../decisions/projections.js';
import type { CrpParts } from './parts.js';

export type ReceiveSignalParts = Pick<CrpParts, 'clock' | 'loadSignals' | 'log' | 'verifier'>;

/**
 * Keeps a partner's load signal.
 *
 * @returns false where it contradicts one that is kept already
 * @throws RoamgridError `signature_invalid`, `unprocessable` for a load claimed for the moment
 */
export async function keepLoadSignal(
  parts: ReceiveSignalParts,
  signal: SignedLoadSignal,
): Promise<boolean> {
  const { visitedUtility, issuedAt, from, to, bands } = signal.document;
  await parts.verifier.verify(signal, visitedUtility, 'crp');
  const isAhead = parseInstant(issuedAt) <= parseInstant(from);
  if (!isAhead || bands[0]?.from !== from || bands.at(-1)?.to !== to) {
    throw new RoamgridError('unprocessable', 'a load signal is issued before its bands begin');
  }
  return parts.loadSignals.receive(
    signal,
    parts.clock.now(),
    loadSignalProjection(signal, 'received'),
  );
}

/** The first signal for a time stands; one that contradicts it is told to the operator and passed over. */
export function receiveLoadSignalWith(
  parts: ReceiveSignalParts,
): (request: { loadSignal: SignedLoadSignal }) => Promise<Record<string, never>> {
  return async ({ loadSignal }) => {
    const { visitedUtility, loadSignalId } = loadSignal.document;
    if (!(await keepLoadSignal(parts, loadSignal))) {
      parts.log.warn({ visitedUtility, loadSignalId }, 'a load signal contradicts an earlier one');
    }
    return {};
  };
}

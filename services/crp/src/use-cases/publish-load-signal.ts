import type {
  LoadSignalDocument,
  publishLoadSignal,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import { checkLoadBands } from '../decisions/check-load-signal.js';
import { loadSignalProjection } from '../decisions/projections.js';
import type { CrpParts } from './parts.js';

/**
 * Signs load bands before they begin and tells every utility of the consortium, so that none can be claimed
 * for the moment.
 *
 * @throws RoamgridError `unprocessable`, naming the member; `immutable` where a part of the time has a signal
 */
export function publishLoadSignalWith(
  parts: Pick<CrpParts, 'utility' | 'registry' | 'clock' | 'ids' | 'signer' | 'loadSignals'>,
): (request: RequestOf<typeof publishLoadSignal>) => Promise<ReplyOf<typeof publishLoadSignal>> {
  return async ({ stationClass, bands }) => {
    const { utility, registry } = parts;
    const nowMs = parts.clock.now();
    const { timeZone } = registry.entry(utility);
    checkLoadBands(bands, timeZone, nowMs);
    const document: LoadSignalDocument = {
      type: 'loadSignal',
      schemaVersion: 1,
      loadSignalId: parts.ids.uuid(),
      visitedUtility: utility,
      stationClass,
      timeZone,
      issuedAt: formatInstant(nowMs),
      from: bands[0]?.from ?? '',
      to: bands.at(-1)?.to ?? '',
      bands,
    };
    const signal = await parts.signer.sign(document);
    const partners = registry.utilities.map((entry) => entry.utility);
    await parts.loadSignals.publish(
      signal,
      partners.filter((partner) => partner !== utility),
      loadSignalProjection(signal, 'issued'),
    );
    return signal;
  };
}

import { draftTariff, type RequestInput, type TariffView } from '@roamgrid/contracts';
import type { Portal } from '../ports.js';
import { readTariff } from './read-tariff.js';

/** A new version keeps the class and purpose of the tariff it belongs to. */
export async function draftTariffVersion(
  portal: Portal,
  draft: {
    readonly tariffId: string;
    readonly document: RequestInput<typeof draftTariff>['document'];
    readonly author: string;
    /** of the newest version, where the caller has read it */
    readonly revisions: readonly string[] | null;
  },
): Promise<TariffView> {
  const { tariffId, document, author, revisions } = draft;
  const current = (await readTariff(portal, tariffId)) as unknown as TariffView;
  const { customerClass, stationClass, purpose } = current;
  return portal.bus.request(draftTariff, portal.utility, {
    tariffId,
    customerClass,
    stationClass,
    purpose,
    document,
    author,
    revisions: revisions === null ? null : [...revisions],
  });
}

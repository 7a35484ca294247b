import { draftTariff, type RequestInput, type TariffView } from '@roamgrid/contracts';
import type { Portal } from '../ports.js';
import { readTariff } from './read-tariff.js';

/** A new version keeps the class and purpose of the tariff it belongs to. */
export async function draftTariffVersion(
  portal: Portal,
  tariffId: string,
  document: RequestInput<typeof draftTariff>['document'],
  author: string,
): Promise<TariffView> {
  const current = (await readTariff(portal, tariffId)) as unknown as TariffView;
  const { customerClass, stationClass, purpose } = current;
  return portal.bus.request(draftTariff, portal.utility, {
    tariffId,
    customerClass,
    stationClass,
    purpose,
    document,
    author,
  });
}

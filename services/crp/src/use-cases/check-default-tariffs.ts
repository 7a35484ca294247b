import type { AgreementDocument, AgreementTerms } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { isEnergyWithinBounds } from '../decisions/negotiation-terms.js';
import { loadTariff, type LoadTariffParts } from './load-tariff.js';

type DefaultTariff = AgreementTerms['defaultTariffs'][number];

function refuse(path: string, message: string): never {
  throw new RoamgridError('unprocessable', `a default tariff ${message}`, [{ path, message }]);
}

/** Our own tariffs we know by more than their hash. */
async function checkOwnReference(
  parts: LoadTariffParts,
  { customerClass, stationClass, tariff }: DefaultTariff,
  path: string,
): Promise<void> {
  const found = await parts.tariffs.find(tariff.tariffId, tariff.version);
  const isTheOne =
    found?.view.state === 'published' &&
    found.view.purpose === 'wholesale' &&
    found.view.customerClass === customerClass &&
    found.view.stationClass === stationClass &&
    found.view.documentHash === tariff.hash;
  if (!isTheOne) refuse(path, 'is no published wholesale tariff of that class and hash');
}

/**
 * Every default tariff that an agreement names must be published by the visited side, in the
 * agreement's currency, within floor and cap.
 *
 * @throws RoamgridError `unprocessable`, naming the member; `peer_unreachable`
 */
export async function checkDefaultTariffs(
  parts: LoadTariffParts,
  document: AgreementDocument,
): Promise<void> {
  for (const [termsIndex, terms] of document.terms.entries()) {
    for (const [index, one] of terms.defaultTariffs.entries()) {
      const path = `terms.${String(termsIndex)}.defaultTariffs.${String(index)}`;
      if (terms.visitedUtility === parts.utility) await checkOwnReference(parts, one, path);
      const tariff = await loadTariff(parts, terms.visitedUtility, one.tariff.hash);
      if (tariff === null) refuse(path, 'is not published');
      if (tariff.currency !== terms.currency) refuse(path, 'is in another currency');
      if (!isEnergyWithinBounds(tariff, terms)) refuse(path, 'has a price outside floor and cap');
    }
  }
}

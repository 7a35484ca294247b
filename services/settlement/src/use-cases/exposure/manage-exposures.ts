import type { ExposureView, RequestOf, setExposureLimit as contract } from '@roamgrid/contracts';
import { formatInstant, formatMoney, money, parseMoney, RoamgridError } from '@roamgrid/kernel';
import type { Exposure } from '../../exposure/ports.js';
import type { Ports } from '../../ports.js';
import { waitForDelivery } from '../close-period.js';
import { assess } from './assess-exposures.js';

function viewExposure(exposure: Exposure): ExposureView {
  const { partner, currency, exposureMinor, warnAtMinor, suspendAtMinor, state } = exposure;
  const text = (minor: bigint): string => formatMoney(money(currency, minor));
  return {
    partner,
    currency,
    exposure: text(exposureMinor),
    warnAt: warnAtMinor === null ? null : text(warnAtMinor),
    suspendAt: suspendAtMinor === null ? null : text(suspendAtMinor),
    state,
    since: exposure.sinceMs === null ? null : formatInstant(exposure.sinceMs),
  };
}

/** What each partner owes this utility, and the limits on it. */
export async function readExposures(ports: Ports): Promise<{ items: ExposureView[] }> {
  const exposures = await ports.work.run((books) => books.exposures.all());
  return { items: exposures.map(viewExposure) };
}

/**
 * Sets what a partner's debt may grow to; it is judged by the new limits at once.
 *
 * @throws RoamgridError `not_found` for no partner; `unprocessable` for limits below zero or in the wrong order
 */
export async function setExposureLimit(
  ports: Ports,
  { partner, currency, warnAt, suspendAt }: RequestOf<typeof contract>,
): Promise<ExposureView> {
  if (partner === ports.utility) {
    throw new RoamgridError('unprocessable', 'a utility owes itself nothing');
  }
  ports.registry.entry(partner);
  const minorOf = (text: string | null): bigint | null =>
    text === null ? null : parseMoney(text, currency).minor;
  const limit = { warnAtMinor: minorOf(warnAt), suspendAtMinor: minorOf(suspendAt) };
  checkLimit(limit);
  const view = await ports.work.run(async (books) => {
    await books.exposures.setLimit(partner, currency, limit);
    await assess(ports, books, partner);
    const exposures = await books.exposures.lock(partner);
    const set = exposures.find((exposure) => exposure.currency === currency);
    if (set === undefined) throw new RangeError('the limit was not kept');
    return viewExposure(set);
  });
  await waitForDelivery(ports);
  return view;
}

function checkLimit({
  warnAtMinor,
  suspendAtMinor,
}: Pick<Exposure, 'warnAtMinor' | 'suspendAtMinor'>): void {
  for (const minor of [warnAtMinor, suspendAtMinor]) {
    if (minor === null || minor >= 0n) continue;
    throw new RoamgridError('unprocessable', 'a limit is not below zero');
  }
  if (warnAtMinor !== null && suspendAtMinor !== null && warnAtMinor > suspendAtMinor) {
    throw new RoamgridError('unprocessable', 'it warns before it suspends', [
      { path: 'warnAt', message: 'must not be above suspendAt' },
    ]);
  }
}

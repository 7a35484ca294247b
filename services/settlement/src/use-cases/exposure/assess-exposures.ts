import { notePartnerStanding } from '@roamgrid/contracts';
import { judgeExposure } from '../../exposure/judge-exposure.js';
import type { Exposure } from '../../exposure/ports.js';
import type { Books, Ports } from '../../ports.js';

/**
 * Looks at what partners owe against the limits, warns, suspends, and takes both back when the debt has
 * fallen. AAA is told in the transaction that changes a partner's standing.
 */
export async function assessExposures(ports: Ports): Promise<void> {
  const exposures = await ports.work.run((books) => books.exposures.all());
  for (const exposure of exposures) {
    ports.exposureGauge.show({ ...exposure, state: judgeExposure(exposure) });
  }
  const changed = exposures.filter((exposure) => judgeExposure(exposure) !== exposure.state);
  for (const partner of new Set(changed.map((exposure) => exposure.partner))) {
    await ports.work.run((books) => assess(ports, books, partner));
  }
}

const isSuspended = (exposures: readonly Pick<Exposure, 'state'>[]): boolean =>
  exposures.some(({ state }) => state === 'suspended');

/** Suspended in one currency is suspended: a driver's visit may be in any. */
export async function assess(ports: Ports, books: Books, partner: string): Promise<void> {
  const before = await books.exposures.lock(partner);
  const after = before.map((exposure) => ({ ...exposure, state: judgeExposure(exposure) }));
  for (const [index, { currency, state, exposureMinor }] of after.entries()) {
    if (state === before[index]?.state) continue;
    await books.exposures.setState(partner, currency, state, ports.clock.now());
    const owed = String(exposureMinor);
    ports.log.warn({ partner, currency, state, exposureMinor: owed }, 'exposure to a partner');
  }
  if (isSuspended(before) === isSuspended(after)) return;
  const standing = isSuspended(after) ? ('suspended' as const) : ('served' as const);
  books.send(notePartnerStanding, ports.utility, { partner, standing }, `partner:${partner}`);
}

import type { FxRate } from '@roamgrid/contracts';
import { parseDecimal, parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { CrpParts } from './parts.js';

const RATE_DIGITS = 9;

/** @throws RoamgridError `unprocessable`, `immutable` */
export function recordFxRateWith(
  parts: Pick<CrpParts, 'fx'>,
): (request: { fx: FxRate }) => Promise<Record<string, never>> {
  return async ({ fx }) => {
    if (fx.from === fx.to) throw new RoamgridError('unprocessable', 'a currency against itself');
    if (parseDecimal(fx.rate, RATE_DIGITS) <= 0n) {
      throw new RoamgridError('unprocessable', 'a rate is above zero');
    }
    if (parseInstant(fx.at) >= parseInstant(fx.notAfter)) {
      throw new RoamgridError('unprocessable', 'a rate ends after its instant');
    }
    await parts.fx.record(fx);
    return {};
  };
}

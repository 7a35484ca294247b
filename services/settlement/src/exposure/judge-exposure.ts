import type { Exposure, ExposureState } from './ports.js';

type Judged = Pick<Exposure, 'exposureMinor' | 'warnAtMinor' | 'suspendAtMinor'>;

/** A limit that is reached counts; without one there is no state but `within`. */
export function judgeExposure({
  exposureMinor,
  warnAtMinor,
  suspendAtMinor,
}: Judged): ExposureState {
  if (suspendAtMinor !== null && exposureMinor >= suspendAtMinor) return 'suspended';
  return warnAtMinor !== null && exposureMinor >= warnAtMinor ? 'warned' : 'within';
}

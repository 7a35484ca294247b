import type { LoadSignalDocument } from '@roamgrid/contracts';
import { parseInstant, RoamgridError, type FieldError, type InstantMs } from '@roamgrid/kernel';
import { isSaidTwice } from './load-spans.js';

const MS_PER_MINUTE = 60_000;
const LONGEST_HORIZON_MS = 7 * 24 * 3_600_000;

type Bands = LoadSignalDocument['bands'];

function bandFindings(bands: Bands): FieldError[] {
  return bands.flatMap(({ from, to }, index): FieldError[] => {
    const path = `bands.${String(index)}`;
    const [fromMs, toMs] = [parseInstant(from), parseInstant(to)];
    const before = bands[index - 1];
    const findings: FieldError[] = [];
    if (toMs <= fromMs) findings.push({ path: `${path}.to`, message: 'must lie after from' });
    if (before !== undefined && parseInstant(before.to) !== fromMs) {
      findings.push({ path: `${path}.from`, message: 'must be where the band before it ends' });
    }
    for (const [member, instantMs] of [
      ['from', fromMs],
      ['to', toMs],
    ] as const) {
      if (instantMs % MS_PER_MINUTE !== 0) {
        findings.push({ path: `${path}.${member}`, message: 'must be a whole minute' });
      }
    }
    return findings;
  });
}

/**
 * Bands that follow each other, that begin when nobody has charged under them yet, and that a tariff by date
 * and time can say.
 *
 * @throws RoamgridError `unprocessable`, naming each member that does not fit
 */
export function checkLoadBands(bands: Bands, timeZone: string, nowMs: InstantMs): void {
  const findings = bandFindings(bands);
  const [first, last] = [bands[0], bands.at(-1)];
  if (first !== undefined && last !== undefined && findings.length === 0) {
    const [fromMs, toMs] = [parseInstant(first.from), parseInstant(last.to)];
    if (fromMs <= nowMs) {
      findings.push({
        path: 'bands.0.from',
        message: 'must lie ahead: load is published in advance',
      });
    }
    if (toMs - fromMs > LONGEST_HORIZON_MS) {
      findings.push({ path: 'bands', message: 'must not reach further than seven days' });
    } else if (isSaidTwice(bands, timeZone)) {
      findings.push({ path: 'bands', message: 'change within the hour that clocks say twice' });
    }
  }
  if (findings.length > 0) {
    throw new RoamgridError('unprocessable', 'not load bands that can be published', findings);
  }
}

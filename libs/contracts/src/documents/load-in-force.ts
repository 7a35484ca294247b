import { formatInstant, parseInstant } from '@roamgrid/kernel';
import type { AgreedTariffDocument } from './agreed-tariff.js';
import type { LoadSignalDocument } from './load-signal.js';

type Bands = LoadSignalDocument['bands'];

/**
 * The load bands in force from `startAt` to `endAt` without a gap, as the agreed tariff was resolved with them;
 * where it names none the load is `normal`. Absent where the tariff cites no signal: then load changes no price.
 * Visited writes them on the CDR; home and auditors write them again from the same two facts.
 */
export function loadInForce(
  { loadSignals, loadBands = [] }: Pick<AgreedTariffDocument, 'loadSignals' | 'loadBands'>,
  { startAt, endAt }: { readonly startAt: string; readonly endAt: string },
): Bands | undefined {
  if (loadSignals === undefined) return undefined;
  const found: Bands = [];
  let reachedMs = parseInstant(startAt);
  const endMs = parseInstant(endAt);
  const add = (toMs: number, loadBand: Bands[number]['loadBand']): void => {
    if (toMs <= reachedMs) return;
    found.push({ from: formatInstant(reachedMs), to: formatInstant(toMs), loadBand });
    reachedMs = toMs;
  };
  for (const band of loadBands) {
    add(Math.min(endMs, parseInstant(band.from)), 'normal');
    if (parseInstant(band.from) < endMs) add(Math.min(endMs, parseInstant(band.to)), band.loadBand);
  }
  add(endMs, 'normal');
  return found;
}

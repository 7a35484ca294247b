import type { AaaParts } from '../../aaa-parts.js';
import type { MandateWithTariff, Station } from '../../ports.js';
import type { SwipeRequest } from './grant.js';

/** For whom the visiting profiles answer: the number itself only as its keyed hash. Null where nothing was read. */
export function visitKey(
  parts: AaaParts,
  { identity, assurance }: SwipeRequest,
  station: Station,
): string | null {
  if (identity.outcome === 'malformed') return null;
  const { stationClass } = station.record.document;
  return [parts.identityKeyOf(identity.identity), assurance, stationClass].join(' ');
}

/** What the visiting profiles answered last time for this driver here; whether it holds is theirs to say. */
export function recall(
  parts: AaaParts,
  request: SwipeRequest,
  station: Station,
): MandateWithTariff | null {
  const key = visitKey(parts, request, station);
  return key === null || request.pin !== null ? null : parts.remembered.get(key);
}

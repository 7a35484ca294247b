import { formatInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { MandateWithTariff } from '../../ports.js';
import type { Grant, Visitor } from './grant.js';
import { recall, visitKey } from './recall.js';

/**
 * Does this utility know the driver already? A valid mandate answers without any call home; a PIN is
 * home's to check, so that whoever brings one is asked about.
 */
export async function askVisitingProfile(parts: AaaParts, visitor: Visitor): Promise<Grant | null> {
  if (visitor.request.pin !== null) return null;
  const startedMs = parts.clock.now();
  const remembered = recall(parts, visitor.request, visitor.station);
  const query = {
    identity: visitor.identity,
    homeUtility: visitor.homeUtility,
    medium: visitor.request.medium,
    assurance: visitor.request.assurance,
    stationClass: visitor.station.record.document.stationClass,
    at: formatInstant(startedMs),
  };
  const entry = await parts.neighbours.findMandate(query, remembered);
  remember(parts, visitor, entry);
  return entry === null ? null : grantOf(parts, entry, startedMs);
}

function remember(
  parts: AaaParts,
  { request, station }: Visitor,
  entry: MandateWithTariff | null,
): void {
  const key = visitKey(parts, request, station);
  if (key === null) return;
  if (entry === null) parts.remembered.forget(key);
  else parts.remembered.keep(key, entry);
}

/** A mandate of the visiting profile answers for the driver, and nobody is asked. */
export function grantOf(parts: AaaParts, entry: MandateWithTariff, startedMs: number): Grant {
  return {
    outcome: 'granted',
    mandate: entry.mandate,
    agreedTariff: entry.agreedTariff,
    authorizedBy: 'visitingProfile',
    homeCalls: 0,
    trace: [
      {
        step: 'authorize',
        occurrence: entry.mandate.document.mandateId,
        from: `${parts.utility}/aaa`,
        to: `${parts.utility}/profiles`,
        atMs: startedMs,
        durationMs: parts.clock.now() - startedMs,
        documentHash: entry.mandate.documentHash,
      },
    ],
  };
}

import { formatInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { Grant, Visitor } from './grant.js';

/**
 * Does this utility know the driver already? A valid mandate answers without any call home; a PIN is
 * home's to check, so that whoever brings one is asked about.
 */
export async function askVisitingProfile(parts: AaaParts, visitor: Visitor): Promise<Grant | null> {
  if (visitor.request.pin !== null) return null;
  const startedMs = parts.clock.now();
  const entry = await parts.neighbours.findMandate({
    identity: visitor.identity,
    homeUtility: visitor.homeUtility,
    medium: visitor.request.medium,
    assurance: visitor.request.assurance,
    stationClass: visitor.station.record.document.stationClass,
    at: formatInstant(startedMs),
  });
  if (entry === null) return null;
  return {
    outcome: 'granted',
    ...entry,
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

import type { AuditReport, SignedAgreement } from '@roamgrid/contracts';
import { documentHash } from '@roamgrid/documents';
import { RoamgridError } from '@roamgrid/kernel';
import { sha256 } from '@roamgrid/platform';
import { canonicalText } from '../documents/canonical-text.js';
import { makeCdr } from '../documents/make-cdr.js';
import type { Ports } from '../ports.js';
import { rateCharge } from '../pricing/rate-charge.js';
import type { CdrDocument, RecordedCharge } from '../records.js';
import { AuditFindings } from './audit-findings.js';

const INVARIANT = 'cdrsReplay';

/**
 * Makes the CDR of each replayed charge once more, with what was decided when it was made (id, number, salt,
 * instant, agreement, time zone data), and compares it byte by byte.
 */
export async function matchReplays(
  ports: Ports,
  charges: readonly RecordedCharge[],
): Promise<AuditReport> {
  const findings = new AuditFindings();
  const sessionIds = charges.map(({ charge }) => charge.sessionId);
  const made = await ports.audits.firstCdrs(sessionIds);
  const bySession = new Map(made.map((one) => [one.document.sessionId, one]));
  const agreements = new Map<string, SignedAgreement | null>();
  for (const recorded of charges) {
    const kept = bySession.get(recorded.charge.sessionId);
    // a charge that waits for its price has no CDR yet; `chargesAccountedFor` looks for both
    if (kept === undefined) continue;
    const agreement = await agreementOf(ports, kept.document, agreements);
    findings.count(INVARIANT);
    const detail = differenceOf(asDecided(recorded, kept.document), kept, agreement);
    if (detail !== null) findings.breach(INVARIANT, kept.document.cdrId, detail);
  }
  return findings.report();
}

async function agreementOf(
  ports: Ports,
  { visitedUtility, homeUtility, agreementHash }: CdrDocument,
  known: Map<string, SignedAgreement | null>,
): Promise<SignedAgreement | null> {
  if (agreementHash === null || visitedUtility === homeUtility) return null;
  const key = `${homeUtility} ${agreementHash}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const agreement = await ports.neighbours.readAgreement(homeUtility, agreementHash);
  known.set(key, agreement);
  return agreement;
}

/** Offsets were resolved once, with the zone data of that day. */
function asDecided(recorded: RecordedCharge, document: CdrDocument): RecordedCharge {
  const { timeZoneVersion, utcOffsets } = document;
  if (recorded.charge.timeZoneVersion === timeZoneVersion) return recorded;
  return { ...recorded, charge: { ...recorded.charge, timeZoneVersion, utcOffsets } };
}

function differenceOf(
  recorded: RecordedCharge,
  { chargeHash, document }: { readonly chargeHash: string; readonly document: CdrDocument },
  agreement: SignedAgreement | null,
): string | null {
  if (documentHash(recorded.charge, sha256) !== chargeHash) {
    return 'the stored events make another charge than the one that was rated';
  }
  try {
    const decision = rateCharge(recorded, agreement);
    if (decision.outcome === 'held') return `the charge cannot be rated again: ${decision.detail}`;
    const { cdrId, sequence, salt, issuedAt, rounding, flags } = document;
    const { rating } = decision;
    const parts = { recorded, agreement, rating, rounding, cdrId, sequence, salt, issuedAt };
    // a flag of settlement's own was decided when the CDR was made
    const again = canonicalText({ ...makeCdr(parts), flags });
    return again === canonicalText(document) ? null : 'made once more the document has other bytes';
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return error.message;
  }
}

import type { AuditReport, EndedCharge } from '@roamgrid/contracts';
import { parseEnergyKwh } from '@roamgrid/kernel';
import type { BookedCharge } from '../audit-ports.js';
import type { Ports } from '../ports.js';
import { AuditFindings } from './audit-findings.js';

/** Everything that AAA metered is rated or held, with the same energy, under what was consented to. */
export async function matchCharges(
  ports: Ports,
  charges: readonly EndedCharge[],
): Promise<AuditReport> {
  const sessionIds = charges.map(({ sessionId }) => sessionId);
  const booked = await ports.audits.bookedCharges(sessionIds);
  const held = new Set(await ports.audits.heldCharges(sessionIds));
  const findings = new AuditFindings();
  for (const charge of charges) {
    const own = booked.filter(({ sessionId }) => sessionId === charge.sessionId);
    findings.count('chargesAccountedFor');
    if (own.length === 0 && !held.has(charge.sessionId)) {
      findings.breach('chargesAccountedFor', charge.sessionId, 'metered, neither rated nor held');
    }
    if (own.length > 0) compareCharge(findings, charge, own);
  }
  return findings.report();
}

/** A correction stands beside what it corrects: the first record is the one that was metered. */
function compareCharge(
  findings: AuditFindings,
  charge: EndedCharge,
  records: readonly BookedCharge[],
): void {
  const { sessionId, energyKwh, agreedTariffHash, quoteHash } = charge;
  findings.count('energyAsMetered');
  const metered = parseEnergyKwh(energyKwh);
  if (!records.some((record) => parseEnergyKwh(record.energyKwh) === metered)) {
    const rated = records.map((record) => record.energyKwh).join(', ');
    findings.breach('energyAsMetered', sessionId, `metered ${energyKwh} kWh, rated ${rated} kWh`);
  }
  findings.count('tariffsPinned');
  const isPinned = records.some(
    (record) => record.agreedTariffHash === agreedTariffHash && record.quoteHash === quoteHash,
  );
  if (!isPinned) {
    findings.breach('tariffsPinned', sessionId, 'not rated under what the driver consented to');
  }
}

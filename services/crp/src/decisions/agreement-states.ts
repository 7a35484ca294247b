import type { AgreementState, AgreementView } from '@roamgrid/contracts';
import { parseInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { AgreementRecord, AgreementVersion } from '../ports.js';

/** What may be done with an agreement. `sign` and `withdraw` are about a version that waits for a signature. */
export type AgreementAction = 'sign' | 'withdraw' | 'amend' | 'suspend' | 'resume' | 'end';

/**
 * Every state, and what may be done in it. What has been delivered is billed in every state: sessions that
 * run when an agreement is suspended or ended finish under it.
 */
export const AGREEMENT_STATES: Readonly<Record<AgreementState, readonly AgreementAction[]>> = {
  proposed: ['sign', 'withdraw'],
  active: ['amend', 'sign', 'withdraw', 'suspend', 'end'],
  suspended: ['amend', 'sign', 'withdraw', 'suspend', 'resume', 'end'],
  ended: [],
  withdrawn: [],
};

export function isSigned({ agreement }: AgreementVersion): boolean {
  return agreement.signatures.length === agreement.document.parties.length;
}

/** The version that waits for the other party's signature. */
export function openProposalOf({ versions }: AgreementRecord): AgreementVersion | null {
  return versions.find((one) => !isSigned(one) && !one.isWithdrawn) ?? null;
}

/** The newest version that both have signed. */
export function signedVersionOf({ versions }: AgreementRecord): AgreementVersion | null {
  return versions.find(isSigned) ?? null;
}

/** Each party lifts only what it has said itself. */
export function isSuspendedBy({ notices }: AgreementRecord, utility: string): boolean {
  const last = notices
    .map(({ document }) => document)
    .filter(({ by, action }) => by === utility && (action === 'suspend' || action === 'resume'))
    .at(-1);
  return last?.action === 'suspend';
}

/** When it ends, or has ended, before its time; null where nobody has said so. */
export function endOf({ notices }: AgreementRecord): string | null {
  const ends = notices.filter(({ document }) => document.action === 'end');
  const instants = ends.map(({ document }) => document.at);
  return instants.sort((left, right) => parseInstant(left) - parseInstant(right))[0] ?? null;
}

export function stateOf(record: AgreementRecord, atMs: InstantMs): AgreementState {
  const signed = signedVersionOf(record);
  if (signed === null) return openProposalOf(record) === null ? 'withdrawn' : 'proposed';
  const end = endOf(record);
  if (end !== null && parseInstant(end) <= atMs) return 'ended';
  const { parties } = signed.agreement.document;
  return parties.some((party) => isSuspendedBy(record, party)) ? 'suspended' : 'active';
}

/** What this utility may do now. */
export function availableActions(
  record: AgreementRecord,
  utility: string,
  atMs: InstantMs,
): AgreementAction[] {
  const proposal = openProposalOf(record);
  return AGREEMENT_STATES[stateOf(record, atMs)].filter((action) => {
    switch (action) {
      case 'sign':
        return proposal !== null && proposal.proposedBy !== utility;
      case 'withdraw':
        return proposal !== null;
      case 'amend':
        return proposal === null;
      case 'suspend':
        return !isSuspendedBy(record, utility);
      case 'resume':
        return isSuspendedBy(record, utility);
      case 'end':
        return endOf(record) === null;
    }
  });
}

/** @throws RoamgridError `state_conflict` */
export function assertMay(
  action: AgreementAction,
  record: AgreementRecord,
  utility: string,
  atMs: InstantMs,
): void {
  if (availableActions(record, utility, atMs).includes(action)) return;
  const state = stateOf(record, atMs);
  throw new RoamgridError(
    'state_conflict',
    `the agreement is ${state}: ${action} is not open to us`,
  );
}

/** As the API answers it. */
export function agreementViewOf(record: AgreementRecord, atMs: InstantMs): AgreementView {
  const shown = signedVersionOf(record) ?? record.versions[0];
  if (shown === undefined) throw new RangeError('an agreement without a version');
  return {
    ...shown.agreement,
    agreementId: shown.agreement.document.agreementId,
    state: stateOf(record, atMs),
    versions: record.versions.map((one) => ({
      version: one.agreement.document.version,
      state: one.isWithdrawn ? 'withdrawn' : isSigned(one) ? 'signed' : 'proposed',
      notBefore: one.agreement.document.notBefore,
      notAfter: one.agreement.document.notAfter,
      documentHash: one.agreement.documentHash,
      proposedBy: one.proposedBy,
    })),
    notices: [...record.notices],
  };
}

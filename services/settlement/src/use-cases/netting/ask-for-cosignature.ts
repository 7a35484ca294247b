import type { cosignSettlement, ReplyOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { SettlementRecord } from '../../netting/records.js';
import { settlementAfter } from '../../netting/settlement-states.js';
import type { Books, Ports } from '../../ports.js';
import { publishSettlement } from '../../publishing/settlement-view.js';
import { concludeAgreement } from './conclude-agreement.js';

type Answer = ReplyOf<typeof cosignSettlement>;

/**
 * Asks the partner to sign a proposal, as often as need be: the partner answers the same document alike.
 *
 * @throws RoamgridError `peer_unreachable`: the proposal stays open; `signature_invalid` where what came
 *   back is not the partner's signature on our document
 */
export async function askForCosignature(ports: Ports, proposal: SettlementRecord): Promise<void> {
  if (proposal.state !== 'proposed') return;
  const { partner, settlement } = proposal;
  const answer = await ports.partners.cosignSettlement(partner, settlement);
  if (answer.decision === 'cosigned') await checkCosigned(ports, proposal, answer);
  await ports.work.run((books) => keep(ports, books, settlement.document.settlementId, answer));
}

async function checkCosigned(
  ports: Ports,
  { settlement }: SettlementRecord,
  answer: Extract<Answer, { decision: 'cosigned' }>,
): Promise<void> {
  if (answer.settlement.documentHash !== settlement.documentHash) {
    throw new RoamgridError('signature_invalid', 'the partner signed another document');
  }
  await ports.verifier.verifyCosigned(answer.settlement, settlement.document.parties, 'settlement');
}

async function keep(
  ports: Ports,
  books: Books,
  settlementId: string,
  answer: Answer,
): Promise<void> {
  const record = await books.settlements.lock(settlementId);
  // another request was answered first, or the partner's own proposal went before
  if (record?.state !== 'proposed') return;
  if (answer.decision === 'cosigned') {
    await books.settlements.setCosigned(answer.settlement);
    await concludeAgreement(ports, books, { ...record, settlement: answer.settlement });
    return;
  }
  await books.settlements.setDifferences(settlementId, answer.differences);
  await books.settlements.setState(settlementId, settlementAfter(record.state, 'refuse'));
  await publishSettlement(ports, books, settlementId);
}

/** Proposals that a partner has not answered, each asked for again; one that is away is asked later. */
export async function askAgain(ports: Ports): Promise<void> {
  for (const proposal of await ports.work.run((books) => books.settlements.openProposals())) {
    try {
      await askForCosignature(ports, proposal);
    } catch (error) {
      if (!(error instanceof RoamgridError)) throw error;
      const { settlementId } = proposal.settlement.document;
      ports.log.debug({ settlementId, error: error.code }, 'a proposed settlement waits');
    }
  }
}

import type { netWithPartner as contract, RequestOf, SettlementView } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { netFigures, partiesInOrder } from '../../netting/draft-settlement.js';
import { openItems } from '../../netting/open-items.js';
import type { SettlementRecord } from '../../netting/records.js';
import type { Books, Ports } from '../../ports.js';
import {
  publishSettlement,
  requireSettlement,
  viewSettlement,
} from '../../publishing/settlement-view.js';
import { askForCosignature } from './ask-for-cosignature.js';

type NetRequest = RequestOf<typeof contract>;

/**
 * Nets what is accepted between this utility and a partner in one currency, and has the partner sign it.
 * A proposal that was not answered is asked for again; two requests at once make one settlement.
 *
 * @throws RoamgridError `unprocessable` for no other utility; `not_found` for one outside the consortium;
 *   `nothing_to_settle`; `settlement_differs` with every difference that the partner named;
 *   `peer_unreachable`: the proposal stands and is asked for again
 */
export async function netWithPartner(ports: Ports, request: NetRequest): Promise<SettlementView> {
  const { partner } = request;
  if (partner === ports.utility) {
    throw new RoamgridError('unprocessable', 'a utility does not settle with itself');
  }
  ports.registry.entry(partner);
  const proposal = await ports.work.run((books) => propose(ports, books, request));
  const { settlementId } = proposal.settlement.document;
  await askForCosignature(ports, proposal);
  return ports.work.run(async (books) => {
    const record = await requireSettlement(books, settlementId);
    if (record.state === 'refused' || record.state === 'withdrawn') throw refusal(record);
    return viewSettlement(ports, books, record);
  });
}

function refusal({ partner, state, differences }: SettlementRecord): RoamgridError {
  if (state === 'withdrawn') {
    return new RoamgridError('settlement_differs', `${partner} proposed a settlement at once`);
  }
  return new RoamgridError(
    'settlement_differs',
    `${partner} did not sign`,
    differences.map(({ code, documentId, detail }) => ({
      path: documentId ?? 'settlement',
      message: `${code}: ${detail}`,
    })),
  );
}

async function propose(
  ports: Ports,
  books: Books,
  { partner, currency, dueBy }: NetRequest,
): Promise<SettlementRecord> {
  await books.invoices.lockPartner(partner);
  const open = await books.settlements.openProposal(partner, currency);
  if (open !== null) return open;
  const found = openItems(
    await books.settlements.nettable(partner, currency),
    ports.utility,
    dueBy,
  );
  if (found.length === 0) {
    throw new RoamgridError('nothing_to_settle', `nothing accepted waits with ${partner}`);
  }
  const items = found.map(({ item }) => item);
  const parties = partiesInOrder(ports.utility, partner);
  const { document, documentHash, signature } = await ports.signer.sign({
    type: 'settlement' as const,
    schemaVersion: 1 as const,
    settlementId: ports.ids.uuid(),
    sequence: (await books.settlements.lastSequence(partner, currency)) + 1,
    parties,
    proposedBy: ports.utility,
    currency,
    dueBy,
    items,
    ...netFigures(parties, currency, items),
    proposedAt: formatInstant(ports.clock.now()),
  });
  const signatures = [{ utility: ports.utility, signature }];
  const settlement = { document, documentHash, signatures };
  await books.settlements.add(
    { settlement, partner, state: 'proposed' },
    found.map(({ item, minor }) => ({ invoiceId: item.invoiceId, minor })),
  );
  await publishSettlement(ports, books, document.settlementId);
  return requireSettlement(books, document.settlementId);
}

import type {
  cosignSettlement as contract,
  ReplyOf,
  SettlementDifference,
  SettlementDocument,
  SignedSettlement,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { compareSettlement } from '../../netting/compare-settlement.js';
import { partiesInOrder } from '../../netting/draft-settlement.js';
import { openItems, type OpenItem } from '../../netting/open-items.js';
import type { SettlementRecord } from '../../netting/records.js';
import { settlementAfter } from '../../netting/settlement-states.js';
import type { Books, Ports } from '../../ports.js';
import { publishSettlement } from '../../publishing/settlement-view.js';
import { concludeAgreement } from './conclude-agreement.js';

type Answer = ReplyOf<typeof contract>;

/**
 * A partner proposed a settlement: it is computed again from our own books and signed when it is the
 * same, or refused with each difference. The same proposal again gives the same answer.
 *
 * Where both propose at once, the proposal of the utility that is first in the alphabet goes on. Ours is
 * withdrawn only while both name the same number, so that the partner cannot have signed it.
 *
 * @throws RoamgridError `forbidden` for a settlement of others; `signature_invalid`
 */
export async function cosignSettlement(
  ports: Ports,
  settlement: SignedSettlement,
): Promise<Answer> {
  const { document } = settlement;
  const partner = document.proposedBy;
  const parties = partiesInOrder(ports.utility, partner);
  if (partner === ports.utility || document.parties.some((slug, at) => slug !== parties[at])) {
    throw new RoamgridError('forbidden', 'the settlement is between others');
  }
  await ports.verifier.verifyCosigned(settlement, [partner], 'settlement');
  return ports.work.run(async (books) => {
    await books.invoices.lockPartner(partner);
    const known = await books.settlements.find(document.settlementId);
    if (known !== null) return answerAgain(known, settlement);
    const own = await books.settlements.openProposal(partner, document.currency);
    const { found, differences } = await judge(ports, books, document, own);
    if (differences.length > 0) return refuse(ports, books, settlement, differences);
    if (own !== null) await withdraw(ports, books, own);
    return cosign(ports, books, settlement, found);
  });
}

function answerAgain(known: SettlementRecord, settlement: SignedSettlement): Answer {
  if (known.settlement.documentHash === settlement.documentHash) {
    return known.state === 'refused'
      ? { decision: 'refused', differences: [...known.differences] }
      : { decision: 'cosigned', settlement: known.settlement };
  }
  const detail = 'another settlement has this id';
  return {
    decision: 'refused',
    differences: [{ code: 'document_differs', documentId: null, detail }],
  };
}

/**
 * Refused for good: the partner lets a refused proposal go, so that the same one, asked again by a request that
 * was under way, must not be signed once the books agree.
 */
async function refuse(
  ports: Ports,
  books: Books,
  settlement: SignedSettlement,
  differences: readonly SettlementDifference[],
): Promise<Answer> {
  const { settlementId, proposedBy } = settlement.document;
  await books.settlements.add({ settlement, partner: proposedBy, state: 'refused' }, []);
  await books.settlements.setDifferences(settlementId, differences);
  await publishSettlement(ports, books, settlementId);
  return { decision: 'refused', differences: [...differences] };
}

interface Judgement {
  readonly found: readonly OpenItem[];
  readonly differences: SettlementDifference[];
}

/** What our own open proposal has taken up is free again for the partner's, if that may go first. */
async function judge(
  ports: Ports,
  books: Books,
  document: SettlementDocument,
  own: SettlementRecord | null,
): Promise<Judgement> {
  const { currency, dueBy, proposedBy } = document;
  if (own !== null && !goesFirst(document, own)) {
    const detail = 'a proposal of our own waits for its signature';
    const waits = { code: 'concurrent_settlement' as const, documentId: null, detail };
    return { found: [], differences: [waits] };
  }
  const ownTaken = new Map<string, bigint>();
  if (own !== null) {
    const taken = await books.settlements.takenOf(own.settlement.document.settlementId);
    for (const { invoiceId, minor } of taken) ownTaken.set(invoiceId, minor);
  }
  const invoices = (await books.settlements.nettable(proposedBy, currency)).map((invoice) => ({
    ...invoice,
    pendingMinor: invoice.pendingMinor - (ownTaken.get(invoice.invoiceId) ?? 0n),
  }));
  const found = openItems(invoices, ports.utility, dueBy);
  const sequence = (await books.settlements.lastSequence(proposedBy, currency)) + 1;
  const items = found.map(({ item }) => item);
  return { found, differences: compareSettlement(document, items, sequence) };
}

function goesFirst(document: SettlementDocument, { settlement }: SettlementRecord): boolean {
  return (
    document.proposedBy === document.parties[0] &&
    document.sequence === settlement.document.sequence
  );
}

async function withdraw(ports: Ports, books: Books, own: SettlementRecord): Promise<void> {
  const { settlementId } = own.settlement.document;
  await books.settlements.setState(settlementId, settlementAfter(own.state, 'withdraw'));
  await publishSettlement(ports, books, settlementId);
}

async function cosign(
  ports: Ports,
  books: Books,
  settlement: SignedSettlement,
  found: readonly OpenItem[],
): Promise<Answer> {
  const { document, documentHash } = settlement;
  const { signature } = await ports.signer.sign(document);
  const signatures = [...settlement.signatures, { utility: ports.utility, signature }].sort(
    (left, right) => (left.utility < right.utility ? -1 : 1),
  );
  const cosigned: SignedSettlement = { document, documentHash, signatures };
  const record = { settlement: cosigned, partner: document.proposedBy, state: 'agreed' as const };
  await books.settlements.add(
    record,
    found.map(({ item, minor }) => ({ invoiceId: item.invoiceId, minor })),
  );
  await concludeAgreement(ports, books, { ...record, differences: [] });
  return { decision: 'cosigned', settlement: cosigned };
}

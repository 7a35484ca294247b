import type { SettlementView } from '@roamgrid/contracts';
import { formatInstant, formatMoney, money, RoamgridError } from '@roamgrid/kernel';
import { endToEndIdOf } from '../bank/judge-entry.js';
import type { PaymentRecord, SettlementRecord } from '../netting/records.js';
import type { Books, Ports } from '../ports.js';
import { settlementKeyOf } from '../posting/settlement-transactions.js';
import { publishView } from './project.js';

function viewPayment(payment: PaymentRecord): SettlementView['payments'][number] {
  const { paymentId, direction, state, currency, through, reference, detail } = payment;
  const amount = formatMoney(money(currency, payment.amountMinor));
  const at = formatInstant(payment.atMs);
  const endToEndId = endToEndIdOf(paymentId);
  return {
    paymentId,
    endToEndId,
    direction,
    state,
    amount,
    currency,
    through,
    reference,
    detail,
    at,
  };
}

/** A settlement with what surrounds it for its reader. */
export async function viewSettlement(
  ports: Pick<Ports, 'pairSecretOf' | 'utility'>,
  books: Books,
  { settlement, partner, state, differences }: SettlementRecord,
): Promise<SettlementView> {
  const { settlementId, currency, payer } = settlement.document;
  const intents = await books.intents.ofInvoice(settlementId);
  const intent = intents.find(({ transaction }) => transaction.name === 'recordSettlement');
  const payments = await books.payments.ofSettlement(settlementId);
  return {
    settlementId,
    partner,
    currency,
    state,
    settlement,
    differences: [...differences],
    payments: payments.map(viewPayment),
    ledger: {
      state: intent?.state ?? 'pending',
      businessKey:
        intent?.transaction.businessKey ??
        settlementKeyOf(ports.pairSecretOf(partner), settlementId),
      txId: intent?.receipt?.txId ?? null,
      blockNumber: intent?.receipt?.blockNumber ?? null,
    },
    availableActions: state === 'agreed' && payer === ports.utility ? ['pay'] : [],
  };
}

/** @throws RoamgridError `not_found` */
export async function requireSettlement(
  books: Books,
  settlementId: string,
): Promise<SettlementRecord> {
  const record = await books.settlements.find(settlementId);
  if (record === null) throw new RoamgridError('not_found', 'no such settlement');
  return record;
}

/** Publishes a settlement as it stands in the books now. */
export async function publishSettlement(
  ports: Ports,
  books: Books,
  settlementId: string,
): Promise<void> {
  const record = await requireSettlement(books, settlementId);
  const { settlement, ...around } = await viewSettlement(ports, books, record);
  publishView(books, ports.utility, {
    kind: 'settlement',
    id: settlementId,
    sortAt: settlement.document.proposedAt,
    data: { ...settlement, ...around },
  });
}

import type { SettlementDifference, SettlementDocument, SettlementItem } from '@roamgrid/contracts';
import { canonicalText } from '../documents/canonical-text.js';
import { netFigures, partiesInOrder } from './draft-settlement.js';

type Code = SettlementDifference['code'];

const difference = (
  code: Code,
  documentId: string | null,
  detail: string,
): SettlementDifference => ({ code, documentId, detail });

function compareItem(
  claimed: SettlementItem,
  own: SettlementItem | undefined,
): SettlementDifference | null {
  const { documentId, number } = claimed;
  if (own === undefined) {
    return difference('document_unknown', documentId, `nothing is owed on ${number} now`);
  }
  if (own.amount !== claimed.amount) {
    const detail = `${number}: ${own.amount} is owed, not ${claimed.amount}`;
    return difference('amount_differs', documentId, detail);
  }
  return canonicalText(own) === canonicalText(claimed)
    ? null
    : difference('document_differs', documentId, `${number} is another document here`);
}

/**
 * What of a proposed settlement is not as these books have it. Pure.
 *
 * @param own what these books would net now by the same `dueBy`
 */
export function compareSettlement(
  document: SettlementDocument,
  own: readonly SettlementItem[],
  expectedSequence: number,
): SettlementDifference[] {
  const byId = new Map(own.map((item) => [item.documentId, item]));
  const differences = document.items
    .map((item) => compareItem(item, byId.get(item.documentId)))
    .filter((one): one is SettlementDifference => one !== null);
  const claimed = new Set(document.items.map(({ documentId }) => documentId));
  if (claimed.size !== document.items.length) {
    differences.push(difference('document_differs', null, 'a document stands twice'));
  }
  for (const { documentId, number, amount } of own) {
    if (claimed.has(documentId)) continue;
    const detail = `${number} with ${amount} is left out`;
    differences.push(difference('document_missing', documentId, detail));
  }
  if (document.sequence !== expectedSequence) {
    const detail = `the next number of this pair is ${String(expectedSequence)}`;
    differences.push(difference('sequence_differs', null, detail));
  }
  const [first, second] = document.parties;
  const figures = netFigures(partiesInOrder(first, second), document.currency, document.items);
  for (const [name, value] of Object.entries(figures)) {
    const named: unknown = document[name as keyof typeof figures];
    if (canonicalText(named) !== canonicalText(value)) {
      differences.push(difference('sum_differs', null, name));
    }
  }
  return differences;
}

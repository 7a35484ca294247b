import { formatMoney, money } from '@roamgrid/kernel';
import type { FeedRecord } from '../feed/ports.js';

/** How far a document has come to the utility's own customer billing. */
export function feedView(entry: FeedRecord): Record<string, unknown> & Pick<FeedRecord, 'kind'> {
  return {
    kind: entry.kind,
    key: entry.key,
    state: entry.state,
    collect: formatMoney(money(entry.due.currency, entry.collectMinor)),
    currency: entry.due.currency,
    through: entry.through,
    reference: entry.reference,
    detail: entry.detail,
    attempts: entry.attempts,
  };
}

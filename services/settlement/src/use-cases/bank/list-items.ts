import type { listBankItems as contract, ReplyOf, RequestOf } from '@roamgrid/contracts';
import type { Ports } from '../../ports.js';
import { viewItem } from '../../publishing/bank-view.js';

/** Movements and lines of payouts, the last that were read first. */
export async function listBankItems(
  ports: Ports,
  { state, after, limit }: RequestOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { items, next } = await ports.work.run((books) => books.bank.page(state, after, limit));
  return { items: items.map(viewItem), next };
}

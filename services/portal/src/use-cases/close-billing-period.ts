import {
  closePeriod,
  drainAaa,
  drainSettlement,
  issueBills,
  type RequestInput,
  type RequestOf,
} from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Portal } from '../ports.js';
import { present } from '../read-model/present.js';
import type { JsonObject } from '../read-model/view.js';
import { requirePartner } from './require-partner.js';

/** A month of CDRs is hashed, signed and posted in one go. */
const CLOSE_TIMEOUT_MS = 120_000;

function checkOrder(period: { readonly from: string; readonly to: string }): void {
  if (parseInstant(period.from) >= parseInstant(period.to)) {
    throw new RoamgridError('unprocessable', 'the period ends before it begins', [
      { path: 'to', message: 'must be after from' },
    ]);
  }
}

/** A closed period cannot grow any more, so that it must be over. */
function checkOver(portal: Portal, period: { readonly to: string }): void {
  if (parseInstant(period.to) > portal.clock.now()) {
    throw new RoamgridError('unprocessable', 'the period lies in the future', [
      { path: 'to', message: 'must not be in the future' },
    ]);
  }
}

/**
 * Nothing that has ended may be missed: AAA hands over its charges, settlement what it made of them. A partner
 * that is away keeps nobody from closing.
 */
async function handOver({ bus, utility }: Portal): Promise<void> {
  for (const drain of [drainAaa, drainSettlement]) {
    await bus.request(drain, utility, { recipients: 'reachable' }, { timeoutMs: CLOSE_TIMEOUT_MS });
  }
}

/** @throws RoamgridError `unprocessable`, `nothing_to_invoice`, `peer_unreachable` */
export async function closeBillingPeriod(
  portal: Portal,
  period: RequestInput<typeof closePeriod>,
): Promise<JsonObject> {
  checkOrder(period);
  checkOver(portal, period);
  requirePartner(portal, period.partner);
  await handOver(portal);
  const { alsoIssued, ...data } = await portal.bus.request(closePeriod, portal.utility, period, {
    timeoutMs: CLOSE_TIMEOUT_MS,
  });
  const shown = present('invoice', { id: data.invoiceId, sortAtMs: 0n, data }, null);
  return { ...shown, alsoIssued };
}

/** @throws RoamgridError `unprocessable`, `nothing_to_bill`, `peer_unreachable` */
export async function makeBills(
  portal: Portal,
  period: RequestOf<typeof issueBills>,
): Promise<{ items: JsonObject[] }> {
  checkOrder(period);
  await handOver(portal);
  const { items } = await portal.bus.request(issueBills, portal.utility, period, {
    timeoutMs: CLOSE_TIMEOUT_MS,
  });
  return { items: items.map((bill) => ({ billId: bill.document.billId, ...bill })) };
}

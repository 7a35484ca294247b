import type { CustomerChargeDocument } from '@roamgrid/contracts';
import { formatInstant, formatMoney, money } from '@roamgrid/kernel';
import type { Books, Ports } from '../../ports.js';
import type { RetailCharge } from '../../records.js';

const chargeKeyOf = (cdrId: string): string => `charge:${cdrId}`;

type Item = Pick<CustomerChargeDocument, 'kind' | 'key' | 'session'> & {
  readonly collectMinor: bigint;
};

async function feed(
  ports: Ports,
  books: Books,
  { consumerId, cdrId, sessionId, currency }: RetailCharge,
  { kind, key, session, collectMinor }: Item,
): Promise<void> {
  const atMs = ports.clock.now();
  const collect = money(currency, collectMinor);
  const signed = await ports.signer.sign<CustomerChargeDocument>({
    type: 'customerCharge',
    schemaVersion: 1,
    kind,
    key,
    homeUtility: ports.utility,
    consumerId,
    cdrId,
    sessionId,
    currency,
    collect: formatMoney(collect),
    session,
    issuedAt: formatInstant(atMs),
  });
  const entry = { key, kind, billId: null, cdrId, consumerId, due: collect, collectMinor, signed };
  await books.feed.add(entry, atMs);
}

/**
 * A charge leaves for the utility's own customer billing in the transaction that books it: what the driver
 * owes beyond what a balance has paid, which may be nothing.
 */
export async function feedCharge(ports: Ports, books: Books, charge: RetailCharge): Promise<void> {
  const { cdrId, session, totalMinor, paidMinor } = charge;
  const item = { kind: 'charge' as const, key: chargeKeyOf(cdrId), session };
  await feed(ports, books, charge, { ...item, collectMinor: totalMinor - paidMinor });
}

/**
 * What a card or account has paid of a charge, or got back. What bills told in sum is told by them.
 *
 * @param takenMinor below zero for a refund
 */
export async function feedPayment(
  ports: Ports,
  books: Books,
  payment: { readonly cdrId: string; readonly orderKey: string; readonly takenMinor: bigint },
): Promise<void> {
  const { cdrId, orderKey, takenMinor } = payment;
  const charge = await books.bills.findCharge(cdrId);
  if (charge === null || (await books.feed.find(chargeKeyOf(cdrId))) === null) return;
  const key = `${chargeKeyOf(cdrId)}:paid:${orderKey}`;
  const item = { kind: 'chargePayment' as const, key, session: null };
  await feed(ports, books, charge, { ...item, collectMinor: -takenMinor });
}

/** The charge was taken back or credited: its first item the other way round. */
export async function feedReversal(
  ports: Ports,
  books: Books,
  charge: RetailCharge,
): Promise<void> {
  const told = await books.feed.find(chargeKeyOf(charge.cdrId));
  if (told === null) return;
  const key = `${told.key}:reversed`;
  const item = { kind: 'chargeReversal' as const, key, session: null };
  await feed(ports, books, charge, { ...item, collectMinor: -told.collectMinor });
}

/** Of these charges, what no item has told: it is told by the bill, or the credit, that they stand on. */
export async function untoldMinor(books: Books, charges: readonly RetailCharge[]): Promise<bigint> {
  let minor = 0n;
  for (const { cdrId, totalMinor, paidMinor } of charges) {
    if ((await books.feed.find(chargeKeyOf(cdrId))) === null) minor += totalMinor - paidMinor;
  }
  return minor;
}

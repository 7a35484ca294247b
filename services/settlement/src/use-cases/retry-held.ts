import type { Ports } from '../ports.js';
import { publishCdr } from '../publishing/publish-cdr.js';
import { isOver } from '../records.js';
import { decideRetail, deliverRetail } from './deliver-retail.js';
import { recordCharge } from './record-charge.js';

/** A charge of a partner's consumer, or of our own, that was held for want of an agreement or a tariff may have its price by now. */
export async function retryHeldCharges(ports: Ports, partner: string): Promise<void> {
  const held = await ports.work.run((books) => books.holds.heldCharges(partner));
  for (const recorded of held) await recordCharge(ports, recorded);
}

/** A driver who was not known, or a rate that was missing, may be there by now. */
export async function retryHeldRetail(ports: Ports): Promise<void> {
  const held = await ports.work.run(async (books) =>
    books.cdrs.findMany(await books.holds.heldRetail()),
  );
  for (const record of held) {
    const { document } = record.cdr;
    const { visitedUtility, sessionId } = document;
    const consumer = await ports.neighbours.resolvePseudonym(document);
    const decision = decideRetail(document, consumer);
    if (decision.outcome === 'held') continue;
    await ports.work.run(async (books) => {
      await books.cdrs.lockDirection(visitedUtility, document.homeUtility);
      const [now] = await books.cdrs.findMany([document.cdrId]);
      // home objected to it or visited took it back since: the driver is not billed either
      if (now === undefined || now.state === 'held' || isOver(now.state)) return;
      if ((await books.bills.findCharge(document.cdrId)) !== null) return;
      const charge = await deliverRetail(ports, books, document, decision);
      await books.holds.release('retail', sessionId, ports.clock.now());
      publishCdr(books, ports.utility, now, charge);
    });
  }
}

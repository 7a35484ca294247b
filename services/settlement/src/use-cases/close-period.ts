import type {
  closePeriod as contract,
  InvoiceView,
  ReplyOf,
  RequestOf,
  SignedAgreement,
  SignedCdr,
} from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Ports } from '../ports.js';
import type { CdrDocument } from '../records.js';
import { invoiceTermsOf, issueInvoice } from './issue-invoice.js';
import { retryHeldCharges } from './retry-held.js';

/** How long a close waits for home to have the invoice; it gets it later all the same. */
const DELIVERY_WAIT_MS = 3_000;

type ClosePeriod = RequestOf<typeof contract>;

/**
 * Closes a period with a home utility: every live CDR that ended before `to` and stands on none is invoiced, and
 * what was delivered under different versions of the agreement, or in different currencies, on an invoice of its
 * own: each has its version's due date, dispute window and hash. Two closes at once make one of each.
 *
 * @returns the invoice of the latest charges; `alsoIssued` names the others
 * @throws RoamgridError `unprocessable` for a period that is not over or is none; `not_found` for a partner
 *   that is not in the consortium; `nothing_to_invoice`
 */
export async function closePeriod(
  ports: Ports,
  request: ClosePeriod,
): Promise<ReplyOf<typeof contract>> {
  const { partner, from, to } = request;
  checkPeriod(ports, request);
  await retryHeldCharges(ports, partner);
  const agreements = await agreementsFor(ports, request);
  const issued = await ports.work.run(async (books) => {
    await books.invoices.lockPartner(partner);
    const { periodTo } = await books.invoices.reach(partner);
    const views: InvoiceView[] = [];
    for (const cdrs of byVersion(await books.cdrs.waitingForInvoice(partner, to))) {
      const agreement = agreements.get(cdrs[0]?.agreementHash ?? '');
      // it came in between under a version not read yet: the next close takes it
      if (agreement === undefined) continue;
      const terms = invoiceTermsOf(agreement);
      const plan = { partner, from, to, cdrs, terms, closedUntil: periodTo, reissue: null };
      views.push(await issueInvoice(ports, books, plan));
    }
    return views;
  });
  const latest = issued.pop();
  if (latest === undefined) {
    throw new RoamgridError('nothing_to_invoice', `no CDR for ${partner} waits`);
  }
  await waitForDelivery(ports);
  return { ...latest, alsoIssued: issued.map(({ invoiceId }) => invoiceId) };
}

/** One list a version of the agreement and currency, in order of sequence; that of the latest charge last. */
function byVersion(waiting: readonly SignedCdr[]): CdrDocument[][] {
  const lists = new Map<string, CdrDocument[]>();
  for (const { document } of waiting) {
    const key = `${document.agreementHash ?? ''} ${document.currency}`;
    lists.set(key, [...(lists.get(key) ?? []), document]);
  }
  const lastOf = (cdrs: readonly CdrDocument[]): number => cdrs.at(-1)?.sequence ?? 0;
  return [...lists.values()].sort((left, right) => lastOf(left) - lastOf(right));
}

/** Each version under which a CDR waits, by its hash, whether it is in force any more or not. */
async function agreementsFor(
  ports: Ports,
  { partner, to }: ClosePeriod,
): Promise<ReadonlyMap<string, SignedAgreement>> {
  const waiting = await ports.work.run((books) => books.cdrs.waitingForInvoice(partner, to));
  const hashes = new Set(waiting.flatMap(({ document }) => document.agreementHash ?? []));
  const found = new Map<string, SignedAgreement>();
  for (const hash of hashes) {
    const agreement = await ports.neighbours.readAgreement(partner, hash);
    if (agreement !== null) found.set(hash, agreement);
  }
  if (hashes.size > 0 && found.size === 0) {
    throw new RoamgridError('nothing_to_invoice', `there is no agreement with ${partner}`);
  }
  return found;
}

function checkPeriod(ports: Ports, { partner, from, to }: ClosePeriod): void {
  if (partner === ports.utility) {
    throw new RoamgridError('unprocessable', 'a utility does not invoice itself');
  }
  ports.registry.entry(partner);
  if (parseInstant(from) >= parseInstant(to)) {
    throw new RoamgridError('unprocessable', 'the period ends before it begins');
  }
  if (parseInstant(to) > ports.clock.now()) {
    throw new RoamgridError('unprocessable', 'the period is not over');
  }
}

/** So that whoever closes sees the invoice at home too; bounded, because home may be off-line. */
export async function waitForDelivery(ports: Ports): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DELIVERY_WAIT_MS);
  });
  const delivered = ports.drain({ recipients: 'everyone' }).catch((error: unknown) => {
    ports.log.warn({ error: String(error) }, 'the outbox was not delivered at once');
  });
  await Promise.race([delivered, deadline]);
  clearTimeout(timer);
}

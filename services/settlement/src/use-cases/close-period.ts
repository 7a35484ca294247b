import type {
  closePeriod as contract,
  InvoiceView,
  RequestOf,
  SignedAgreement,
} from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Ports } from '../ports.js';
import { invoiceTermsOf, issueInvoice } from './issue-invoice.js';
import { retryHeldCharges } from './retry-held.js';

/** How long a close waits for home to have the invoice; it gets it later all the same. */
const DELIVERY_WAIT_MS = 3_000;

type ClosePeriod = RequestOf<typeof contract>;

/**
 * Closes a period with a home utility: one invoice over every live CDR that ended before `to` and stands on
 * none. Two closes at once make one invoice.
 *
 * @throws RoamgridError `unprocessable` for a period that is not over or is none; `not_found` for a partner
 *   that is not in the consortium; `nothing_to_invoice`
 */
export async function closePeriod(ports: Ports, request: ClosePeriod): Promise<InvoiceView> {
  const { partner, from, to } = request;
  checkPeriod(ports, request);
  await retryHeldCharges(ports, partner);
  const agreement = await agreementFor(ports, request);
  const view = await ports.work.run(async (books) => {
    await books.invoices.lockPartner(partner);
    const waiting = await books.cdrs.waitingForInvoice(partner, to);
    const [first] = waiting;
    if (first === undefined) {
      throw new RoamgridError('nothing_to_invoice', `no CDR for ${partner} waits`);
    }
    // an invoice has one currency; where an agreement changed it, the rest waits for the next close
    const { currency } = first.document;
    const cdrs = waiting
      .map((cdr) => cdr.document)
      .filter((document) => document.currency === currency);
    const terms = invoiceTermsOf(agreement);
    return issueInvoice(ports, books, { partner, from, to, cdrs, terms, reissue: null });
  });
  await waitForDelivery(ports);
  return view;
}

/** The agreement in force; where it has ended or rests, the one that the last waiting CDR was made under. */
async function agreementFor(ports: Ports, { partner, to }: ClosePeriod): Promise<SignedAgreement> {
  const inForce = await ports.neighbours.readAgreement(partner);
  if (inForce !== null) return inForce;
  const waiting = await ports.work.run((books) => books.cdrs.waitingForInvoice(partner, to));
  const hash = waiting.at(-1)?.document.agreementHash ?? null;
  const agreement = hash === null ? null : await ports.neighbours.readAgreement(partner, hash);
  if (agreement === null) {
    throw new RoamgridError('nothing_to_invoice', `there is no agreement with ${partner}`);
  }
  return agreement;
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

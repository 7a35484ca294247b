import {
  billAnswer,
  billList,
  cdrAnswer,
  invoiceAnswer,
  invoiceLinePage,
  proofAnswer,
  receiptAnswer,
  sessionAnswer,
  type BillAnswer,
  type CdrAnswer,
  type InvoiceAnswer,
  type InvoiceLine,
} from './demo-answers.js';
import { DemoFault } from './demo-fault.js';
import { refused, type DemoGateway } from './demo-gateway.js';
import type { z } from 'zod';

const RATED_MS = 20_000;
const ACCEPTED_MS = 20_000;
const POSTED_MS = 60_000;

/** Between which utilities a session was. */
export interface Parties {
  readonly sessionId: string;
  readonly visited: string;
  readonly home: string;
}

/** The session's record, once home has re-rated and accepted it. @throws DemoFault when home objects */
export async function acceptedCdr(gateway: DemoGateway, parties: Parties): Promise<CdrAnswer> {
  const { sessionId, visited, home } = parties;
  const cdrId = await gateway.until('the session is rated', RATED_MS, async () => {
    const session = await gateway.get(visited, `/sessions/${sessionId}`, sessionAnswer);
    if (session.state === 'suspense') {
      throw new DemoFault(`The session is in suspense: ${session.message ?? 'no reason shown'}`);
    }
    return session.cdrId;
  });
  return gateway.until('home accepts the record', ACCEPTED_MS, async () => {
    const answer = await gateway.ask(home, 'GET', `/cdrs/${cdrId}`);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw refused('the record', answer);
    const cdr = cdrAnswer.parse(answer.body);
    if (['held', 'objected', 'disputed'].includes(cdr.state)) {
      throw new DemoFault(`${home} objects to the record: it is ${cdr.state}.`);
    }
    return home === visited || cdr.state !== 'received' ? cdr : null;
  });
}

/** Closes the period with home; another program may have been quicker. */
async function invoiceIdOf(
  gateway: DemoGateway,
  { sessionId, visited, home }: Parties,
  from: string,
): Promise<string> {
  const period = { partner: home, from, to: new Date().toISOString() };
  const closed = await gateway.ask(visited, 'POST', '/billing-periods', period);
  if (closed.status !== 201 && closed.status !== 409) throw refused('the billing period', closed);
  return gateway.until('the session stands on an invoice', RATED_MS, async () => {
    const session = await gateway.get(visited, `/sessions/${sessionId}`, sessionAnswer);
    return session.invoiceId;
  });
}

async function lineOf(
  gateway: DemoGateway,
  visited: string,
  invoiceId: string,
  cdrId: string,
): Promise<InvoiceLine> {
  let query = '?limit=500';
  for (;;) {
    const path = `/invoices/${invoiceId}/lines${query}`;
    const { items, nextCursor } = await gateway.get(visited, path, invoiceLinePage);
    const line = items.find((item) => item.cdrId === cdrId);
    if (line !== undefined) return line;
    if (nextCursor === null) throw new DemoFault(`The invoice has no line for record ${cdrId}.`);
    query = `?limit=500&cursor=${encodeURIComponent(nextCursor)}`;
  }
}

async function acceptAsHome(gateway: DemoGateway, home: string, invoiceId: string): Promise<void> {
  await gateway.until('home has the invoice', ACCEPTED_MS, async () => {
    const received = await gateway.ask(home, 'GET', `/invoices/${invoiceId}`);
    return received.status === 200 ? true : null;
  });
  const accepted = await gateway.ask(home, 'POST', `/invoices/${invoiceId}/accept`, {});
  // 409: accepted in the meantime
  if (accepted.status !== 200 && accepted.status !== 409) throw refused('the acceptance', accepted);
}

export interface Invoiced {
  readonly invoice: InvoiceAnswer;
  readonly line: InvoiceLine;
  readonly proof: z.infer<typeof proofAnswer>;
  readonly receipt: z.infer<typeof receiptAnswer>;
}

/** Invoice, acceptance by home, and what the ledger returned for it. */
export async function invoiceAndPost(
  gateway: DemoGateway,
  parties: Parties,
  cdrId: string,
  from: string,
): Promise<Invoiced> {
  const { visited, home } = parties;
  const invoiceId = await invoiceIdOf(gateway, parties, from);
  await acceptAsHome(gateway, home, invoiceId);
  const path = `/invoices/${invoiceId}`;
  const invoice = await gateway.until('the ledger holds the invoice', POSTED_MS, async () => {
    const issued = await gateway.get(visited, path, invoiceAnswer);
    if (issued.ledger.state === 'refused') throw new DemoFault('The ledger refuses the invoice.');
    return issued.ledger.state === 'posted' && issued.state !== 'issued' ? issued : null;
  });
  const [line, proof, receipt] = await Promise.all([
    lineOf(gateway, visited, invoiceId, cdrId),
    gateway.get(visited, `${path}/proofs/${cdrId}`, proofAnswer),
    gateway.get(visited, `/ledger/${invoice.ledger.businessKey}`, receiptAnswer),
  ]);
  return { invoice, line, proof, receipt };
}

/** The driver's bill from home that has this session. */
export async function billOf(
  gateway: DemoGateway,
  { sessionId, home }: Parties,
  from: string,
): Promise<BillAnswer> {
  const period = { from, to: new Date().toISOString() };
  const made = await gateway.ask(home, 'POST', '/bills', period);
  if (made.status !== 201) throw refused('the billing run', made);
  const { items } = billList.parse(made.body);
  const bill = items.find(({ document }) =>
    document.lines.some((line) => line.sessionId === sessionId),
  );
  if (bill !== undefined) return bill;
  const billId = await gateway.until('the session stands on a bill', RATED_MS, async () => {
    const session = await gateway.get(home, `/sessions/${sessionId}`, sessionAnswer);
    return session.billId;
  });
  return gateway.get(home, `/bills/${billId}`, billAnswer);
}

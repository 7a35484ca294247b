import { formatEnergyKwh } from '@roamgrid/kernel';
import {
  negotiationAnswer,
  stationAnswer,
  traceAnswer,
  type BillAnswer,
  type CdrAnswer,
  type SessionAnswer,
  type StationAnswer,
} from './demo-answers.js';
import { chargeOverOcpp, type Charged } from './demo-charge.js';
import { DemoFault } from './demo-fault.js';
import { DemoGateway } from './demo-gateway.js';
import { Narrator } from './demo-narrator.js';
import type { DemoOptions } from './demo-options.js';
import { acceptedCdr, billOf, invoiceAndPost, type Invoiced, type Parties } from './demo-settle.js';
import { findSlot, quarterOf, type Slot } from './demo-slot.js';

/** What `npm run demo -- --json` prints. A charge at home's own station has no invoice. */
export interface DemoResult {
  readonly session: unknown;
  readonly bill: unknown;
  readonly cdr: unknown;
  readonly invoice: unknown;
  readonly invoiceLine: unknown;
  readonly proof: unknown;
  readonly receipt: unknown;
  readonly trace: unknown;
}

async function findStation(
  gateway: DemoGateway,
  stationId: string,
): Promise<{ visited: string; station: StationAnswer }> {
  for (const visited of gateway.utilities) {
    const path = `/stations/${encodeURIComponent(stationId)}`;
    const answer = await gateway.ask(visited, 'GET', path);
    if (answer.status === 200) return { visited, station: stationAnswer.parse(answer.body) };
  }
  throw new DemoFault(`No utility of the consortium has a station ${stationId}.`);
}

async function tellNegotiation(
  gateway: DemoGateway,
  session: SessionAnswer,
  { visited, home }: Parties,
  teller: Narrator,
): Promise<void> {
  if (session.authorizedBy === 'visitingProfile') {
    teller.hop(`${visited} knows the driver from an earlier visit and asks nobody.`);
  } else {
    teller.hop(
      `${visited} asks ${home} (${String(session.homeCalls ?? 0)} messages); authorized by ${session.authorizedBy ?? 'nobody'}.`,
    );
  }
  if (session.negotiationId === null) {
    teller.hop('No negotiation: the driver is at home.');
    return;
  }
  const path = `/negotiations/${session.negotiationId}`;
  const { outcome, offers } = await gateway.get(visited, path, negotiationAnswer);
  const rounds = offers === undefined ? '' : ` after ${String(offers.length)} offers`;
  teller.hop(`${visited} and ${home} negotiated their price: ${outcome}${rounds}; both signed it.`);
}

function tellCharge(charged: Charged, slot: Slot, options: DemoOptions, teller: Narrator): void {
  teller.hop(`The station shows: ${charged.price}`);
  const channel = charged.session.consent?.channel ?? 'none';
  teller.hop(`The driver says yes (consent: ${channel}) and the meter runs`);
  teller.more(
    `from ${quarterOf(slot, 0)} to ${quarterOf(slot, 4)}, ${formatEnergyKwh(options.energyMilliWh)} kWh, delivered late.`,
  );
  if (charged.totalCost !== null) teller.hop(`The station is told the cost: ${charged.totalCost}`);
  if (charged.message !== null) teller.more(`"${charged.message}"`);
}

function tellCdr(
  { document, state }: CdrAnswer,
  { visited, home }: Parties,
  teller: Narrator,
): void {
  const { energyKwh, totalExclTax, tax, totalInclTax, currency, lines } = document;
  teller.hop(
    home === visited
      ? `${visited} rates the charge detail record of its own driver and signs it.`
      : `${visited} signs the charge detail record; ${home} re-rates it: ${state}.`,
  );
  for (const line of lines) {
    teller.more(
      `${line.description}: ${line.quantity} ${line.unit} at ${line.unitPrice} = ${line.amount}`,
    );
  }
  teller.more(
    `${energyKwh} kWh, ${totalExclTax} + ${tax} tax = ${totalInclTax} ${currency} from ${home} to ${visited}`,
  );
}

function tellInvoice(
  { invoice, line, receipt }: Invoiced,
  { visited, home }: Parties,
  teller: Narrator,
): void {
  const { number, lineCount, payable, currency } = invoice.document;
  teller.hop(`${visited} closes the period: invoice ${number}, ${String(lineCount)} lines.`);
  teller.more(
    `this charge: ${line.energyKwh} kWh, ${line.totalExclTax} + ${line.tax} tax = ${line.totalInclTax} ${currency}`,
  );
  teller.hop(`${home} accepts it; payable ${payable} ${currency} after its commission.`);
  teller.hop(`The ledger's receipt: block ${receipt.blockNumber}, transaction ${receipt.txId}`);
  teller.more(`document hash ${receipt.documentHash}`);
}

function tellBill({ document }: BillAnswer, { sessionId, home }: Parties, teller: Narrator): void {
  teller.hop(`${home} sends the driver one bill, ${document.number}:`);
  const own = document.lines.find((line) => line.sessionId === sessionId);
  for (const line of own?.lines ?? []) {
    teller.more(
      `${line.description}: ${line.quantity} ${line.unit} at ${line.unitPrice} = ${line.amount}`,
    );
  }
  if (own !== undefined) {
    teller.more(`tax ${own.tax}, this charge ${own.visitedTotalInclTax} ${own.currency}`);
    if (own.currency !== document.currency) {
      teller.more(`in the driver's currency ${own.totalInclTax} ${document.currency}`);
    }
  }
  teller.more(`bill in all ${document.totalInclTax} ${document.currency}`);
}

function tellPlaces(
  gateway: DemoGateway,
  { sessionId, visited, home }: Parties,
  bill: BillAnswer,
  invoiced: Invoiced | null,
  teller: Narrator,
): void {
  teller.say('Look at it (with a token of the utility in the path):');
  teller.say(`  ${gateway.baseUrl}/${visited}/api/v1/sessions/${sessionId}/trace`);
  teller.say(`  ${gateway.baseUrl}/${home}/api/v1/bills/${bill.billId}`);
  if (invoiced !== null) {
    teller.say(`  ${gateway.baseUrl}/${visited}/api/v1/invoices/${invoiced.invoice.invoiceId}`);
    teller.say(`  ${gateway.baseUrl}/${visited}/api/v1/ledger/${invoiced.receipt.businessKey}`);
  }
}

/** One charge from the swipe to the ledger, told as it goes. @throws DemoFault */
export async function playDemo(
  options: DemoOptions,
  write: (line: string) => void,
): Promise<DemoResult> {
  const teller = new Narrator(write);
  const gateway = await DemoGateway.open(options.dataDir);
  const { stationId, cin, energyMilliWh } = options;
  const { visited, station } = await findStation(gateway, stationId);
  const slot = await findSlot(gateway, visited, station, energyMilliWh);
  teller.hop(
    `A driver swipes card ${cin.slice(0, 10)}…${cin.slice(-2)} at ${stationId}, ${station.document.place} (${visited}).`,
  );
  const charged = await chargeOverOcpp(gateway, { stationId, visited, cin, energyMilliWh, slot });
  const { sessionId, homeUtility } = charged.session;
  const parties: Parties = { sessionId, visited, home: homeUtility ?? visited };
  await tellNegotiation(gateway, charged.session, parties, teller);
  tellCharge(charged, slot, options, teller);
  const cdr = await acceptedCdr(gateway, parties);
  tellCdr(cdr, parties, teller);
  const from = quarterOf(slot, 0);
  const isRoaming = parties.home !== visited;
  const invoiced = isRoaming ? await invoiceAndPost(gateway, parties, cdr.cdrId, from) : null;
  if (invoiced !== null) tellInvoice(invoiced, parties, teller);
  const bill = await billOf(gateway, parties, from);
  tellBill(bill, parties, teller);
  tellPlaces(gateway, parties, bill, invoiced, teller);
  const session = await gateway.ask(visited, 'GET', `/sessions/${sessionId}`);
  return {
    session: session.body,
    bill,
    cdr,
    invoice: invoiced?.invoice ?? null,
    invoiceLine: invoiced?.line ?? null,
    proof: invoiced?.proof ?? null,
    receipt: invoiced?.receipt ?? null,
    trace: await gateway.get(visited, `/sessions/${sessionId}/trace`, traceAnswer),
  };
}

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
import type { DemoOptions } from './demo-options.js';
import { acceptedCdr, billOf, invoiceAndPost, type Invoiced, type Parties } from './demo-settle.js';
import { findSlot, quarterOf, type Slot } from './demo-slot.js';

export type Tell = (line: string) => void;

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
  tell: Tell,
): Promise<void> {
  if (session.authorizedBy === 'visitingProfile') {
    tell(`2. ${visited} knows the driver from an earlier visit and asks nobody.`);
  } else {
    tell(
      `2. ${visited} asks ${home} (${String(session.homeCalls ?? 0)} messages); authorized by ${session.authorizedBy ?? 'nobody'}.`,
    );
  }
  if (session.negotiationId === null) {
    tell('3. No negotiation: the driver is at home.');
    return;
  }
  const path = `/negotiations/${session.negotiationId}`;
  const { outcome, offers } = await gateway.get(visited, path, negotiationAnswer);
  const rounds = offers === undefined ? '' : ` after ${String(offers.length)} offers`;
  tell(`3. ${visited} and ${home} negotiated their price: ${outcome}${rounds}; both signed it.`);
}

function tellCharge(charged: Charged, slot: Slot, options: DemoOptions, tell: Tell): void {
  tell(`4. The station shows: ${charged.price}`);
  const channel = charged.session.consent?.channel ?? 'none';
  tell(`5. The driver says yes (consent: ${channel}) and the meter runs`);
  tell(
    `   from ${quarterOf(slot, 0)} to ${quarterOf(slot, 4)}, ${formatEnergyKwh(options.energyMilliWh)} kWh, delivered late.`,
  );
  if (charged.totalCost !== null) tell(`6. The station is told the cost: ${charged.totalCost}`);
  if (charged.message !== null) tell(`   "${charged.message}"`);
}

function tellCdr({ document, state }: CdrAnswer, { visited, home }: Parties, tell: Tell): void {
  const { energyKwh, totalExclTax, tax, totalInclTax, currency, lines } = document;
  tell(`7. ${visited} signs the charge detail record; ${home} re-rates it: ${state}.`);
  for (const line of lines) {
    tell(
      `   wholesale ${line.description}: ${line.quantity} ${line.unit} at ${line.unitPrice} = ${line.amount}`,
    );
  }
  tell(
    `   ${energyKwh} kWh, ${totalExclTax} + ${tax} tax = ${totalInclTax} ${currency} from ${home} to ${visited}`,
  );
}

function tellInvoice(
  { invoice, line, receipt }: Invoiced,
  { visited, home }: Parties,
  tell: Tell,
): void {
  const { number, lineCount, payable, currency } = invoice.document;
  tell(`8. ${visited} closes the period: invoice ${number}, ${String(lineCount)} lines.`);
  tell(
    `   this charge: ${line.energyKwh} kWh, ${line.totalExclTax} + ${line.tax} tax = ${line.totalInclTax} ${currency}`,
  );
  tell(`9. ${home} accepts it; payable ${payable} ${currency} after its commission.`);
  tell(`10. The ledger's receipt: block ${receipt.blockNumber}, transaction ${receipt.txId}`);
  tell(`    document hash ${receipt.documentHash}`);
}

function tellBill({ document }: BillAnswer, { sessionId, home }: Parties, tell: Tell): void {
  tell(`11. ${home} sends the driver one bill, ${document.number}:`);
  const own = document.lines.find((line) => line.sessionId === sessionId);
  for (const line of own?.lines ?? []) {
    tell(
      `    ${line.description}: ${line.quantity} ${line.unit} at ${line.unitPrice} = ${line.amount}`,
    );
  }
  tell(`    tax ${own?.tax ?? '0'}, this charge ${own?.totalInclTax ?? '0'} ${document.currency}`);
  tell(`    bill in all ${document.totalInclTax} ${document.currency}`);
}

function tellPlaces(
  gateway: DemoGateway,
  { sessionId, visited, home }: Parties,
  bill: BillAnswer,
  invoiced: Invoiced | null,
  tell: Tell,
): void {
  tell('Look at it (with a token of the utility in the path):');
  tell(`  ${gateway.baseUrl}/${visited}/api/v1/sessions/${sessionId}/trace`);
  tell(`  ${gateway.baseUrl}/${home}/api/v1/bills/${bill.billId}`);
  if (invoiced !== null) {
    tell(`  ${gateway.baseUrl}/${visited}/api/v1/invoices/${invoiced.invoice.invoiceId}`);
    tell(`  ${gateway.baseUrl}/${visited}/api/v1/ledger/${invoiced.receipt.businessKey}`);
  }
}

/** One charge from the swipe to the ledger, told as it goes. @throws DemoFault */
export async function playDemo(options: DemoOptions, tell: Tell): Promise<DemoResult> {
  const gateway = await DemoGateway.open(options.dataDir);
  const { stationId, cin, energyMilliWh } = options;
  const { visited, station } = await findStation(gateway, stationId);
  const slot = await findSlot(gateway, visited, station, energyMilliWh);
  tell(
    `1. A driver swipes card ${cin.slice(0, 10)}…${cin.slice(-2)} at ${stationId}, ${station.document.place} (${visited}).`,
  );
  const charged = await chargeOverOcpp(gateway, { stationId, visited, cin, energyMilliWh, slot });
  const { sessionId, homeUtility } = charged.session;
  const parties: Parties = { sessionId, visited, home: homeUtility ?? visited };
  await tellNegotiation(gateway, charged.session, parties, tell);
  tellCharge(charged, slot, options, tell);
  const cdr = await acceptedCdr(gateway, parties);
  tellCdr(cdr, parties, tell);
  const from = quarterOf(slot, 0);
  const isRoaming = parties.home !== visited;
  const invoiced = isRoaming ? await invoiceAndPost(gateway, parties, cdr.cdrId, from) : null;
  if (invoiced !== null) tellInvoice(invoiced, parties, tell);
  const bill = await billOf(gateway, parties, from);
  tellBill(bill, parties, tell);
  tellPlaces(gateway, parties, bill, invoiced, tell);
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

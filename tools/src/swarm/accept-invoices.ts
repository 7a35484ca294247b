import { z } from 'zod';
import { DemoFault, faultLine } from '../demo-fault.js';
import { refused, type DemoGateway } from '../demo-gateway.js';
import { askUntilAnswered } from './answered.js';
import type { SwarmInvoice } from './invoices.js';

const ACCEPTED_MS = 180_000;

const standing = z.looseObject({
  state: z.string(),
  documentHash: z.string(),
  ledger: z.looseObject({ state: z.string() }),
});

async function accept(
  gateway: DemoGateway,
  visited: string,
  { invoiceId, partner, documentHash }: SwarmInvoice,
): Promise<string[]> {
  const answer = await askUntilAnswered(gateway, partner, `/invoices/${invoiceId}/accept`, {});
  if (answer.status !== 200) throw refused(`accepting ${invoiceId} as ${partner}`, answer);
  const differences: string[] = [];
  for (const utility of [partner, visited]) {
    const what = `${utility} has the invoice ${invoiceId} as accepted, and it is on the ledger`;
    const found = await gateway.until(what, ACCEPTED_MS, async () => {
      const one = await gateway.get(utility, `/invoices/${invoiceId}`, standing);
      return one.state === 'accepted' && one.ledger.state === 'posted' ? one : null;
    });
    if (found.documentHash !== documentHash) {
      differences.push(`invoice ${invoiceId}: ${utility} has accepted another document`);
    }
  }
  return differences;
}

/** Each home accepts what it was invoiced; both sides then have it as accepted, and the ledger has it. */
export async function acceptInvoices(
  gateway: DemoGateway,
  visited: string,
  invoices: readonly SwarmInvoice[],
): Promise<string[]> {
  const differences: string[] = [];
  for (const invoice of invoices) {
    try {
      differences.push(...(await accept(gateway, visited, invoice)));
    } catch (error) {
      if (!(error instanceof DemoFault)) throw error;
      differences.push(`invoice ${invoice.invoiceId} of ${visited}: ${faultLine(error)}`);
    }
  }
  return differences;
}

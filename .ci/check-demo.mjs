/** `check-demo.mjs <demo.json> <expected.json>`: the charge's totals on the driver's bill, to the cent. */
import { readFileSync } from 'node:fs';

const [demo, expected] = process.argv
  .slice(2)
  .map((path) => JSON.parse(readFileSync(path, 'utf8')));
const { sessionId } = demo.session;
const line = demo.bill.document.lines.find((candidate) => candidate.sessionId === sessionId);
const wrong = Object.entries(expected).filter(([name, value]) => line?.[name] !== value);
for (const [name, value] of wrong) {
  console.error(`${name}: expected ${value}, the bill says ${line?.[name]}`);
}
if (demo.invoiceLine.cdrId !== demo.cdr.cdrId) wrong.push(['invoiceLine', demo.cdr.cdrId]);
if (demo.receipt.documentHash !== demo.invoice.documentHash) {
  console.error('the ledger holds another hash than the invoice has');
  wrong.push(['receipt', demo.invoice.documentHash]);
}
if (wrong.length > 0) process.exit(1);
console.log(`${line.totalInclTax} ${line.currency} on bill ${demo.bill.document.number}`);

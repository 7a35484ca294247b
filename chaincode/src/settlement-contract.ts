import { openCall, type Call } from './call.js';
import { canonicalText } from './canonical.js';
import { Contract, type Context } from './fabric.js';
import { readFact } from './facts.js';
import { recordHeld } from './record-held.js';
import { recordStep } from './record-step.js';
import { asRefusal } from './refusal.js';

/**
 * What utilities record of their settlements. One class for a Fabric network and for the embedded ledger.
 *
 * - Every transaction takes one argument, an object in canonical JSON, and parses it itself; hashes, salts
 *   and documents travel as transient data, one canonical JSON text an entry.
 * - Only the parties' implicit collections are written, never a public key; the channel sees hashes.
 * - Put-if-absent on the business key: the same document again changes nothing, another is refused with
 *   `ledger_conflict`.
 * - A refusal is an Error whose message is canonical JSON `{"code","detail"}`.
 *
 * Every public method is a transaction of the chaincode, so there are no others. There are no decorators:
 * without them the API hands the one argument over as it came, and logs nothing when loaded.
 */
export class SettlementContract extends Contract {
  constructor() {
    super('settlement');
  }

  /** The creditor alone records the hash of an invoice. Its business key is the invoice's key. */
  async presentInvoice(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => recordStep(call, 'presentInvoice'));
  }

  /** Both parties endorse that they recomputed the invoice; see `INVOICE_CHECKS` for what they did. */
  async verifyInvoice(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => recordStep(call, 'verifyInvoice'));
  }

  /** The debtor alone agrees to the presented invoice. */
  async acceptInvoice(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => recordStep(call, 'acceptInvoice'));
  }

  /** The debtor alone disputes an invoice, naming its hash; several disputes may stand. */
  async disputeInvoice(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => recordStep(call, 'disputeInvoice'));
  }

  /** The creditor alone takes an invoice back in full. */
  async creditInvoice(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => recordStep(call, 'creditInvoice'));
  }

  /** A party records the hash of an agreement it holds. */
  async recordAgreement(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => recordHeld(call, 'agreement'));
  }

  /** A party records the hash of a settlement that both have signed. */
  async recordSettlement(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => recordHeld(call, 'settlement'));
  }

  /** A party records the hash of the payer's advice of a payment. */
  async recordPayment(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => recordHeld(call, 'payment'));
  }

  /**
   * Evaluate only: what the caller's own collection holds under a key, `{fact, receipt}` or null.
   * On a network the caller asks its own peer, since no other peer holds the collection.
   */
  async readRecord(context: Context, argument: string): Promise<string> {
    return answer(context, argument, (call) => {
      call.argument.requireOnly(['businessKey']);
      return readFact(call, `_implicit_org_${call.callerMsp}`, call.argument.hash('businessKey'));
    });
  }
}

async function answer(
  context: Context,
  argument: string,
  work: (call: Call) => Promise<unknown>,
): Promise<string> {
  try {
    return canonicalText(await work(openCall(context, argument)));
  } catch (error) {
    throw asRefusal(error);
  }
}

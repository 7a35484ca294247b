import type { Call } from './call.js';
import { parseUtilitySlug } from './pure.js';
import { Refusal } from './refusal.js';

/** Who owes whom: the visited utility is the creditor, the home utility the debtor. */
export interface Parties {
  readonly creditor: string;
  readonly debtor: string;
}

/**
 * The MSP id of a utility on the channel: `duke-energy` → `duke-energy-msp`. One slug, one id, and back.
 *
 * @throws RoamgridError `malformed_identifier`
 */
export function mspOf(slug: string): string {
  return `${parseUtilitySlug(slug)}-msp`;
}

/**
 * The private collection that Fabric gives every organisation unasked. A write to it needs that
 * organisation's endorsement, whatever the chaincode's policy says; the channel sees hashes only.
 */
export function collectionOf(slug: string): string {
  return `_implicit_org_${mspOf(slug)}`;
}

/** @throws Refusal `malformed_request` */
export function readParties(call: Call): Parties {
  const creditor = call.argument.text('creditor');
  const debtor = call.argument.text('debtor');
  if (mspOf(creditor) === mspOf(debtor)) {
    throw new Refusal('malformed_request', 'creditor and debtor are one utility');
  }
  return { creditor, debtor };
}

/** @throws Refusal `forbidden` when the caller's MSP is none of the parties' that may do this */
export function requireCaller(call: Call, allowed: readonly string[]): void {
  if (allowed.some((slug) => mspOf(slug) === call.callerMsp)) return;
  throw new Refusal('forbidden', 'this step belongs to another party');
}

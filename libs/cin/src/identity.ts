import { cinPrefix, parseCin, type Cin, type CinPrefix } from './cin.js';
import { parseContractId, providerPart, type ContractId, type ProviderId } from './contract-id.js';

/** Who a swipe claims to be; the key is what the registry is asked for. */
export type Identity =
  | { readonly kind: 'cin'; readonly cin: Cin; readonly routingKey: CinPrefix }
  | {
      readonly kind: 'contractId';
      readonly contractId: ContractId;
      readonly routingKey: ProviderId;
    };

/**
 * Reads what stands where a CIN or a contract id may stand. A contract id begins with its country's
 * letters, a CIN with its country's digits, so the first character decides and no text is both.
 *
 * @throws RoamgridError `invalid_contract_id` for a text that begins with a letter, else `invalid_cin`
 */
export function parseIdentity(text: string): Identity {
  if (/^[A-Za-z]/.test(text)) {
    const contractId = parseContractId(text);
    return { kind: 'contractId', contractId, routingKey: providerPart(contractId) };
  }
  const cin = parseCin(text);
  return { kind: 'cin', cin, routingKey: cinPrefix(cin) };
}

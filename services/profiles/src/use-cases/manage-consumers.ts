import { maskCin, parseCin, parseContractId } from '@roamgrid/cin';
import type {
  ConsumerView,
  createConsumer,
  Identity,
  RequestOf,
  SignedMandate,
  updateConsumer,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { Clock, IdSource, Signer } from '@roamgrid/platform';
import { consumerView } from '../projections.js';
import type {
  Consumer,
  ConsumerStore,
  IssuedMandateStore,
  OwnServices,
  RevocationDraft,
} from '../ports.js';
import {
  checkAmount,
  checkCurrency,
  checkLimits,
  checkPayment,
  checkRouting,
  checkUnchanged,
  type OwnEntry,
} from './check-consumer.js';
import { hashPin } from './pin-hash.js';
import { revocationDraft } from './revoke-mandate.js';

export interface ManageConsumersParts {
  readonly utility: string;
  readonly ownEntry: OwnEntry;
  readonly consumers: ConsumerStore;
  readonly issued: IssuedMandateStore;
  readonly services: OwnServices;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly tellPartners: () => void;
}

/**
 * Adds a consumer; a prepaid one gets an account with its opening balance at settlement.
 *
 * @throws RoamgridError `unprocessable`, naming the member, before anything is kept; `state_conflict`
 */
export function createConsumerWith(parts: ManageConsumersParts) {
  return async (request: RequestOf<typeof createConsumer>): Promise<ConsumerView> => {
    const cin = parseCin(request.cin);
    const contractId = request.contractId === null ? null : parseContractId(request.contractId);
    checkRequest(parts.ownEntry, request);
    checkRouting(parts.ownEntry, cin, contractId);
    const identities: Identity[] = [
      { kind: 'cin', value: cin },
      ...(contractId === null ? [] : [{ kind: 'contractId' as const, value: contractId }]),
      ...request.cardUids.map((value) => ({ kind: 'uid' as const, value })),
    ];
    const consumer: Consumer = {
      consumerId: parts.ids.uuid(),
      cinMasked: maskCin(cin),
      state: request.state,
      settings: request.settings,
      pinHash: request.pin === null ? null : await hashPin(request.pin),
      contractId,
      cardUids: request.cardUids.length,
      createdAt: formatInstant(parts.clock.now()),
    };
    await parts.consumers.add({ ...consumer, identities });
    if (request.settings.paymentMode === 'prepaid') {
      const opening = request.balance ?? '0';
      await parts.services.openAccount(consumer.consumerId, request.settings.currency, opening);
    }
    parts.tellPartners();
    return consumerView(consumer);
  };
}

function checkRequest(own: OwnEntry, request: RequestOf<typeof createConsumer>): void {
  const { settings, balance } = request;
  checkCurrency(own, settings.currency);
  checkLimits(settings, settings.currency);
  checkPayment(settings);
  if (balance !== null) checkAmount('balance', balance, settings.currency);
}

/**
 * Changes settings, blocks or unblocks. A block revokes every mandate that partners hold. Only what is
 * given is checked, so that a block never fails by settings of old.
 *
 * @throws RoamgridError `not_found`, `unprocessable`, `state_conflict`
 */
export function updateConsumerWith(parts: ManageConsumersParts) {
  return async (request: RequestOf<typeof updateConsumer>): Promise<ConsumerView> => {
    const before = await parts.consumers.read(request.consumerId);
    if (before === null) throw new RoamgridError('not_found', 'no such consumer');
    checkUnchanged(before.settings, request.settings);
    checkLimits(request.settings, before.settings.currency);
    const after: Consumer = {
      ...before,
      state: request.state ?? before.state,
      settings: { ...before.settings, ...request.settings },
    };
    const revoke = (mandate: SignedMandate): RevocationDraft =>
      revocationDraft(parts, mandate, 'consumer_blocked');
    await parts.consumers.update(after, after.state === 'blocked' ? revoke : null);
    return consumerView(after);
  };
}

export function findConsumerWith(parts: Pick<ManageConsumersParts, 'consumers'>) {
  return async (request: { cin: string }): Promise<{ consumer: ConsumerView | null }> => {
    const found = await parts.consumers.find({ kind: 'cin', value: parseCin(request.cin) });
    return { consumer: found === null ? null : consumerView(found) };
  };
}

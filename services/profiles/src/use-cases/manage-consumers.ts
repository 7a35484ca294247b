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
import { assertStep } from '../contract-states.js';
import { isSameContract } from '../contract-terms.js';
import { consumerView } from '../projections.js';
import type { Consumer, IssuedMandateStore, OwnServices, RevocationDraft } from '../ports.js';
import {
  assertPlan,
  differs,
  stateOf,
  underNewVersion,
  type ChangeContractParts,
} from './change-contract.js';
import {
  checkAmount,
  checkCurrency,
  checkLimits,
  checkPayment,
  checkRouting,
  checkUnchanged,
  type OwnEntry,
} from './check-consumer.js';
import { giveFirstContract } from './give-first-contracts.js';
import { hashPin } from './pin-hash.js';
import { revocationDraft } from './revoke-mandate.js';
import { checkAcceptance, wantedPlanOf } from './sign-contract.js';

export interface ManageConsumersParts extends ChangeContractParts {
  readonly ownEntry: OwnEntry;
  readonly issued: IssuedMandateStore;
  readonly services: OwnServices;
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
    const { acceptance = null } = request;
    checkAcceptance(parts, acceptance);
    const plan = await wantedPlanOf(parts, request.settings.planId, null);
    const drafted: Consumer = {
      consumerId: parts.ids.uuid(),
      cinMasked: maskCin(cin),
      state: request.state,
      settings: request.settings,
      pinHash: request.pin === null ? null : await hashPin(request.pin),
      contractId,
      cardUids: request.cardUids.length,
      createdAt: formatInstant(parts.clock.now()),
      driverContract: null,
    };
    const draft = { plan, acceptance, validFrom: drafted.createdAt };
    const { consumer, version } = await underNewVersion(parts, drafted, null, draft);
    await parts.consumers.add({ ...consumer, identities, version });
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
 * Changes settings, blocks or unblocks. What is the contract's matter makes its next version, and mandates of the
 * last one end; a block revokes every mandate too. Only what is given is checked, so that a block never fails by
 * settings of old.
 *
 * @throws RoamgridError `not_found`, `unprocessable`, `state_conflict`
 */
export function updateConsumerWith(parts: ManageConsumersParts) {
  return (request: RequestOf<typeof updateConsumer>): Promise<ConsumerView> =>
    parts.turns.run(request.consumerId, () => updateInTurn(parts, request));
}

async function updateInTurn(
  parts: ManageConsumersParts,
  request: RequestOf<typeof updateConsumer>,
): Promise<ConsumerView> {
  const { consumerId, settings, acceptance = null } = request;
  checkAcceptance(parts, acceptance);
  const before = await parts.consumers.read(consumerId);
  if (before === null) throw new RoamgridError('not_found', 'no such consumer');
  checkUnchanged(before.settings, settings);
  checkLimits(settings, before.settings.currency);
  const wish = { changes: settings, acceptance };
  // crp is asked for a change of the contract only: a block needs nobody else
  const isAmended =
    acceptance !== null || !isSameContract(before.settings, { ...before.settings, ...settings });
  if (isAmended) await giveFirstContract(parts, consumerId);
  const { planId } = before.settings;
  const plan = isAmended ? await wantedPlanOf(parts, settings.planId ?? planId, planId) : null;
  const revoke = (reason: RevocationDraft['reason']) => (mandate: SignedMandate) =>
    revocationDraft(parts, mandate, reason);
  const changed = await parts.consumers.change(consumerId, async (now, contract) => {
    const after: Consumer = {
      ...now,
      state: request.state ?? now.state,
      settings: { ...now.settings, ...settings },
    };
    const blocked = after.state === 'blocked' ? revoke('consumer_blocked') : null;
    if (plan === null || contract === null || !differs(now.settings, contract, wish)) {
      return { consumer: after, version: null, end: null, revoke: blocked };
    }
    assertStep(stateOf(contract), 'amend');
    assertPlan(plan, after.settings);
    const draft = { plan, acceptance, validFrom: null };
    const amended = await underNewVersion(parts, after, contract, draft);
    return { ...amended, end: null, revoke: blocked ?? revoke('withdrawn') };
  });
  return consumerView(changed);
}

export function findConsumerWith(parts: Pick<ManageConsumersParts, 'consumers'>) {
  return async (request: { cin: string }): Promise<{ consumer: ConsumerView | null }> => {
    const found = await parts.consumers.find({ kind: 'cin', value: parseCin(request.cin) });
    return { consumer: found === null ? null : consumerView(found) };
  };
}

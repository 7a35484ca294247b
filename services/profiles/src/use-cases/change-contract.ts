import {
  contractRevision,
  type ContractAcceptance,
  type ContractView,
  type amendContract,
  type concludeContract,
  type endContract,
  type RequestOf,
  type DriverContractEndDocument,
  type SignedDriverContract,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { ContractNow, ContractStore } from '../contract-ports.js';
import { assertStep } from '../contract-states.js';
import { isSameContract } from '../contract-terms.js';
import type { OneAtATime } from '../one-at-a-time.js';
import type { Consumer, ConsumerChange, ConsumerSettings, ConsumerStore } from '../ports.js';
import { checkLimits, checkUnchanged } from './check-consumer.js';
import { revocationDraft } from './revoke-mandate.js';
import {
  checkAcceptance,
  signVersion,
  wantedPlanOf,
  type ContractPlan,
  type SignContractParts,
} from './sign-contract.js';

export interface ChangeContractParts extends SignContractParts {
  readonly consumers: ConsumerStore;
  readonly contracts: ContractStore;
  readonly turns: OneAtATime;
}

/** What is asked of a contract; what is not named stays. */
export interface ContractWish {
  readonly changes: Partial<ConsumerSettings>;
  readonly acceptance: ContractAcceptance | null;
}

/** How the latest contract stands, for the table of steps. */
export const stateOf = (contract: ContractNow | null): 'none' | 'in_force' | 'ended' =>
  contract === null ? 'none' : contract.end === null ? 'in_force' : 'ended';

/** Ends what was issued under the version before: the next is issued under the new one. */
export const withdrawn =
  (parts: SignContractParts): ConsumerChange['revoke'] =>
  (mandate) =>
    revocationDraft(parts, mandate, 'withdrawn');

/** Whether a wish says anything that the version in force does not. */
export function differs(
  before: ConsumerSettings,
  { newest }: ContractNow,
  { changes, acceptance }: ContractWish,
): boolean {
  const known = newest.document.acceptance;
  const isAccepted =
    acceptance === null ||
    (acceptance.reference === known?.reference &&
      acceptance.channel === known.channel &&
      acceptance.at === known.at);
  return !isAccepted || !isSameContract(before, { ...before, ...changes });
}

/** @throws RoamgridError `state_conflict` where the plan that was asked for is not the one that is wanted now */
export function assertPlan(plan: ContractPlan, { planId }: ConsumerSettings): void {
  if (plan.planId === planId) return;
  throw new RoamgridError('state_conflict', 'the contract is being changed by somebody else');
}

/** The consumer under another version. */
export async function underNewVersion(
  parts: SignContractParts,
  after: Consumer,
  contract: ContractNow | null,
  draft: { plan: ContractPlan; acceptance: ContractAcceptance | null; validFrom: string | null },
): Promise<{ readonly consumer: Consumer; readonly version: SignedDriverContract }> {
  const version = await signVersion(parts, contract, { ...draft, consumer: after });
  const { driverContractId, version: number } = version.document;
  const reference = { driverContractId, version: number, hash: version.documentHash };
  return { consumer: { ...after, driverContract: reference }, version };
}

async function requireView(
  parts: ChangeContractParts,
  driverContractId: string,
): Promise<ContractView> {
  const view = await parts.contracts.view(driverContractId);
  if (view === null) throw new RoamgridError('not_found', 'no such contract');
  return view;
}

async function requireConsumer(parts: ChangeContractParts, consumerId: string): Promise<Consumer> {
  const consumer = await parts.consumers.read(consumerId);
  if (consumer === null) throw new RoamgridError('not_found', 'no such consumer');
  return consumer;
}

/** What is still the caller's: this contract, as the caller has read it. */
function requireSame(
  now: ContractNow | null,
  driverContractId: string,
  revisions: readonly string[] | null,
): ContractNow {
  if (now?.newest.document.driverContractId !== driverContractId) {
    throw new RoamgridError('state_conflict', 'a later contract has taken its place');
  }
  const revision = contractRevision({ documentHash: now.newest.documentHash, end: now.end });
  if (revisions === null || revisions.includes('*') || revisions.includes(revision)) return now;
  throw new RoamgridError('precondition_failed', 'it has changed since it was read; read it again');
}

/** Whether the number that the caller gives is taken by exactly this. @throws RoamgridError `state_conflict` */
function assertNumber(wanted: number | null, newest: number, isNew: boolean): void {
  if (wanted === null || wanted === (isNew ? newest + 1 : newest)) return;
  throw new RoamgridError(
    'state_conflict',
    wanted > newest ? 'versions have no gap' : 'this version is there and says something else',
    [{ path: 'version', message: `the newest is ${String(newest)}` }],
  );
}

/**
 * Signs the next version of a contract. What changes nothing makes none, so that the same request again gives the
 * same answer.
 *
 * @throws RoamgridError `not_found`; `precondition_failed`; `state_conflict` for a number that stands for another
 *   version, or once the contract has ended; `unprocessable`; `peer_unreachable` while crp does not answer
 */
export function amendContractWith(parts: ChangeContractParts) {
  return async (request: RequestOf<typeof amendContract>): Promise<ContractView> => {
    const { driverContractId, changes, acceptance, revisions, version: wanted } = request;
    checkAcceptance(parts, acceptance);
    const { consumerId } = await requireView(parts, driverContractId);
    await parts.turns.run(consumerId, async () => {
      const before = await requireConsumer(parts, consumerId);
      const { planId } = before.settings;
      const plan = await wantedPlanOf(parts, changes.planId ?? planId, planId);
      await parts.consumers.change(consumerId, async (now, latest) => {
        const contract = requireSame(latest, driverContractId, revisions);
        checkUnchanged(now.settings, changes);
        checkLimits(changes, now.settings.currency);
        const isNew = differs(now.settings, contract, request);
        assertNumber(wanted, contract.newest.document.version, isNew);
        if (!isNew) return { consumer: now, version: null, end: null, revoke: null };
        assertStep(stateOf(contract), 'amend');
        const after = { ...now, settings: { ...now.settings, ...changes } };
        assertPlan(plan, after.settings);
        const draft = { plan, acceptance, validFrom: null };
        const changed = await underNewVersion(parts, after, contract, draft);
        return { ...changed, end: null, revoke: withdrawn(parts) };
      });
    });
    return requireView(parts, driverContractId);
  };
}

/**
 * A consumer whose contract has ended concludes another one, on the terms of the last unless others are named.
 *
 * @throws RoamgridError `not_found`; `state_conflict` while a contract is in force; `unprocessable`
 */
export function concludeContractWith(parts: ChangeContractParts) {
  return async (request: RequestOf<typeof concludeContract>): Promise<ContractView> => {
    const { consumerId, changes, acceptance } = request;
    checkAcceptance(parts, acceptance);
    const after = await parts.turns.run(consumerId, async () => {
      const before = await requireConsumer(parts, consumerId);
      const { planId } = before.settings;
      const plan = await wantedPlanOf(parts, changes.planId ?? planId, planId);
      return parts.consumers.change(consumerId, async (now, latest) => {
        assertStep(stateOf(latest), 'conclude');
        checkUnchanged(now.settings, changes);
        checkLimits(changes, now.settings.currency);
        const wished = { ...now, settings: { ...now.settings, ...changes } };
        assertPlan(plan, wished.settings);
        const draft = { plan, acceptance, validFrom: null };
        const changed = await underNewVersion(parts, wished, latest, draft);
        return { ...changed, end: null, revoke: withdrawn(parts) };
      });
    });
    return requireView(parts, after.driverContract?.driverContractId ?? '');
  };
}

/**
 * Ends a contract: open mandates end with it, none is issued any more, and what was charged is billed. Ending it
 * again changes nothing.
 *
 * @throws RoamgridError `not_found`; `precondition_failed`; `state_conflict` for one that another has followed
 */
export function endContractWith(parts: ChangeContractParts) {
  return async (request: RequestOf<typeof endContract>): Promise<ContractView> => {
    const { driverContractId, reason, revisions } = request;
    const view = await requireView(parts, driverContractId);
    if (view.end !== null) return view;
    const { consumerId } = view;
    await parts.turns.run(consumerId, () =>
      parts.consumers.change(consumerId, async (now, latest) => {
        const { newest, end: ended } = requireSame(latest, driverContractId, revisions);
        if (ended !== null) return { consumer: now, version: null, end: null, revoke: null };
        const { version, validFrom } = newest.document;
        const end = await parts.signer.sign<DriverContractEndDocument>({
          type: 'driverContractEnd',
          schemaVersion: 1,
          driverContractId,
          homeUtility: parts.utility,
          consumerId,
          lastHash: newest.documentHash,
          reason,
          at: formatInstant(Math.max(parts.clock.now(), parseInstant(validFrom) + 1)),
        });
        const consumer = { ...now, driverContract: { driverContractId, version, hash: null } };
        return { consumer, version: null, end, revoke: withdrawn(parts) };
      }),
    );
    return requireView(parts, driverContractId);
  };
}

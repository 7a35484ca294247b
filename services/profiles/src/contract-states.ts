import type { ContractVersionState } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';

/** What may be done to a driver's contract, by the state of its newest version, and what state follows. */
export const CONTRACT_STEPS = {
  /** there is none yet */
  none: { conclude: 'in_force' },
  /** the version before becomes `superseded` when the next is signed */
  in_force: { amend: 'in_force', end: 'ended' },
  /** who comes back gets another contract: an ended one stays as it is */
  ended: { conclude: 'in_force' },
} as const satisfies Readonly<
  Record<'none' | ContractState, Partial<Record<ContractStep, ContractState>>>
>;

export type ContractState = 'in_force' | 'ended';
export type ContractStep = 'conclude' | 'amend' | 'end';

/** @throws RoamgridError `state_conflict` for a step that the state does not allow */
export function assertStep(state: keyof typeof CONTRACT_STEPS, step: ContractStep): void {
  if (Object.hasOwn(CONTRACT_STEPS[state], step)) return;
  throw new RoamgridError(
    'state_conflict',
    state === 'in_force' ? 'a contract is in force' : 'no contract is in force',
  );
}

/** One version is in force at most: the newest, until the contract ends. */
export function stateOfVersion(
  version: number,
  newest: number,
  isEnded: boolean,
): ContractVersionState {
  if (version < newest) return 'superseded';
  return isEnded ? 'ended' : 'in_force';
}

import type {
  ContractAcceptance,
  DriverContractDocument,
  SignedDriverContract,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Clock, IdSource, Signer } from '@roamgrid/platform';
import type { ContractNow } from '../contract-ports.js';
import { termsOf } from '../contract-terms.js';
import type { Consumer, OwnServices } from '../ports.js';

export interface SignContractParts {
  readonly utility: string;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly services: Pick<OwnServices, 'planOf'>;
}

export type ContractPlan = DriverContractDocument['plan'];

/** The plan as crp has it now; asked before a transaction, never in one. */
export async function planOf(parts: SignContractParts, planId: string): Promise<ContractPlan> {
  const plan = await parts.services.planOf(planId);
  return { planId, version: plan?.version ?? null, hash: plan?.hash ?? null };
}

/**
 * The plan that somebody wants for a consumer. One that is named anew has to be there: nobody could price a charge
 * under another. One that the consumer has already may stay, whatever became of it.
 *
 * @param before the plan until now; null for a consumer who is not there yet
 * @throws RoamgridError `unprocessable`, naming the member
 */
export async function wantedPlanOf(
  parts: SignContractParts,
  planId: string,
  before: string | null,
): Promise<ContractPlan> {
  const plan = await planOf(parts, planId);
  if (plan.version !== null || planId === before) return plan;
  throw new RoamgridError('unprocessable', 'the consumer cannot be kept: planId names no plan', [
    { path: 'planId', message: 'names no plan' },
  ]);
}

/** Clocks of those who record an acceptance are never quite ours. */
const CLOCK_TOLERANCE_MS = 300_000;

/** @throws RoamgridError `unprocessable` for what was accepted in the future */
export function checkAcceptance(
  parts: Pick<SignContractParts, 'clock'>,
  acceptance: ContractAcceptance | null,
): void {
  if (acceptance === null) return;
  if (parseInstant(acceptance.at) <= parts.clock.now() + CLOCK_TOLERANCE_MS) return;
  throw new RoamgridError('unprocessable', 'nobody has accepted the terms yet', [
    { path: 'acceptance.at', message: 'lies in the future' },
  ]);
}

export interface VersionDraft {
  readonly consumer: Pick<Consumer, 'consumerId' | 'settings'>;
  readonly plan: ContractPlan;
  /** null: the one before stays accepted */
  readonly acceptance: ContractAcceptance | null;
  /** from when on; null for now */
  readonly validFrom: string | null;
}

/** After everything that the consumer's contracts hold, so that each instant has one version at most. */
function validFromAfter(parts: SignContractParts, last: ContractNow | null): string {
  const nowMs = parts.clock.now();
  if (last === null) return formatInstant(nowMs);
  const lastAt = last.end?.document.at ?? last.newest.document.validFrom;
  return formatInstant(Math.max(nowMs, parseInstant(lastAt) + 1));
}

/**
 * Signs the version after the newest of a contract in force, or the first of a new contract.
 *
 * @param last the consumer's latest contract, which nobody else changes meanwhile
 */
export function signVersion(
  parts: SignContractParts,
  last: ContractNow | null,
  { consumer, plan, acceptance, validFrom }: VersionDraft,
): Promise<SignedDriverContract> {
  const before = last === null || last.end !== null ? null : last.newest;
  return parts.signer.sign<DriverContractDocument>({
    type: 'driverContract',
    schemaVersion: 1,
    driverContractId: before?.document.driverContractId ?? parts.ids.uuid(),
    version: (before?.document.version ?? 0) + 1,
    previousHash: before?.documentHash ?? null,
    homeUtility: parts.utility,
    consumerId: consumer.consumerId,
    validFrom: validFrom ?? validFromAfter(parts, last),
    plan,
    ...termsOf(consumer.settings),
    acceptance: acceptance ?? before?.document.acceptance ?? null,
    issuedAt: formatInstant(parts.clock.now()),
  });
}

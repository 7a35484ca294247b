import {
  project,
  subjectOf,
  type ConsumerView,
  type ContractView,
  type SignedMandate,
} from '@roamgrid/contracts';
import type { Transaction } from '@roamgrid/persistence';
import type { Consumer } from './ports.js';

export function consumerView(consumer: Consumer): ConsumerView {
  return {
    consumerId: consumer.consumerId,
    cinMasked: consumer.cinMasked,
    state: consumer.state,
    hasPin: consumer.pinHash !== null,
    contractId: consumer.contractId,
    cardUids: consumer.cardUids,
    settings: consumer.settings,
    createdAt: consumer.createdAt,
    driverContract: consumer.driverContract,
  };
}

export async function projectConsumer(
  tx: Transaction,
  utility: string,
  consumer: Consumer,
): Promise<void> {
  await tx.enqueue({
    to: utility,
    subject: subjectOf(project),
    key: `consumer:${consumer.consumerId}`,
    payload: {
      kind: 'consumer',
      id: consumer.consumerId,
      facet: 'profiles',
      sortAt: consumer.createdAt,
      data: consumerView(consumer),
    },
  });
}

/** A driver's contract with its newest version. */
export async function projectContract(
  tx: Transaction,
  utility: string,
  view: ContractView,
): Promise<void> {
  await tx.enqueue({
    to: utility,
    subject: subjectOf(project),
    key: `driverContract:${view.driverContractId}`,
    payload: {
      kind: 'driverContract',
      id: view.driverContractId,
      facet: 'profiles',
      sortAt: view.document.validFrom,
      data: view,
    },
  });
}

/** A mandate as its holder (`visited`) or issuer (`home`) sees it. */
export async function projectMandate(
  tx: Transaction,
  utility: string,
  role: 'home' | 'visited',
  mandate: SignedMandate,
  state: string,
): Promise<void> {
  const { document } = mandate;
  await tx.enqueue({
    to: utility,
    subject: subjectOf(project),
    key: `mandate:${document.mandateId}`,
    payload: {
      kind: 'mandate',
      id: document.mandateId,
      facet: 'profiles',
      sortAt: document.notBefore,
      data: { mandateId: document.mandateId, role, state, notAfter: document.notAfter, ...mandate },
    },
  });
}

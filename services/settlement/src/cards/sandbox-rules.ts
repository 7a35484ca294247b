import type { CardOperation, CardOrder, CardOutcome } from './ports.js';

/** An order that the sandbox provider has carried out. */
export interface Executed {
  readonly operation: CardOperation;
  readonly amountMinor: bigint;
}

/** The order that another one is upon, and what was carried out upon it before. */
export interface Basis extends Executed {
  readonly upon: readonly Executed[];
}

type Decision = { readonly outcome: 'done' } | Extract<CardOutcome, { outcome: 'declined' }>;

const done: Decision = { outcome: 'done' };
const declined = (reason: string): Decision => ({ outcome: 'declined', reason });

const sumOf = (basis: Basis, operation: CardOperation): bigint =>
  basis.upon
    .filter((one) => one.operation === operation)
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

/**
 * How the sandbox provider decides, by the token that stands for the card: `sandbox-declined…` has no money,
 * what does not begin with `sandbox-` is no card of its.
 *
 * @param basis null where the order is upon nothing, or upon what the provider does not have
 */
export function decideSandboxOrder(order: CardOrder, basis: Basis | null): Decision {
  switch (order.operation) {
    case 'authorize':
    case 'charge':
      if (!order.method.startsWith('sandbox-')) return declined('unknown card');
      return order.method.startsWith('sandbox-declined') ? declined('insufficient funds') : done;
    case 'capture':
      return decideCapture(order, basis);
    case 'void':
      return basis?.operation === 'authorize' ? done : declined('no such authorization');
    case 'refund':
      return decideRefund(order, basis);
  }
}

function decideCapture(order: CardOrder, basis: Basis | null): Decision {
  if (basis?.operation !== 'authorize') return declined('no such authorization');
  if (basis.upon.some(({ operation }) => operation === 'void')) {
    return declined('the authorization was voided');
  }
  const left = basis.amountMinor - sumOf(basis, 'capture');
  return order.amountMinor <= left ? done : declined('more than was authorized');
}

function decideRefund(order: CardOrder, basis: Basis | null): Decision {
  if (basis?.operation !== 'capture' && basis?.operation !== 'charge') {
    return declined('no such payment');
  }
  const left = basis.amountMinor - sumOf(basis, 'refund');
  return order.amountMinor <= left ? done : declined('more than was paid');
}

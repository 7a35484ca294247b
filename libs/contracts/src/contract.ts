import type { z } from 'zod';

/**
 * The services that answer messages; each is addressed as (utility, service). The ledger is the consortium's and
 * answers each utility at that utility's own address.
 */
export const SERVICES = [
  'router',
  'aaa',
  'profiles',
  'crp',
  'settlement',
  'ledger',
  'portal',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Who may send a message, as `docs/flow.md` shows it. */
export type Sender = ServiceName | 'identity';

/**
 * A message as data. `scope` says whether it stays inside one utility or goes to a partner.
 * A `command` is asked and answered while the sender waits; an `event` is a fact that the sender's
 * outbox delivers at least once until the receiver has committed it.
 */
export interface Contract<
  Request extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  readonly kind: 'command' | 'event';
  readonly service: ServiceName;
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  readonly senders: readonly Sender[];
  readonly scope: 'own' | 'partner';
  readonly request: Request;
  readonly reply: Reply;
}

export type RequestOf<C extends Contract> = z.output<C['request']>;
export type RequestInput<C extends Contract> = z.input<C['request']>;
export type ReplyOf<C extends Contract> = z.output<C['reply']>;

/** `aaa.swipe`: the subject behind the utility's own prefix. */
export function subjectOf(contract: Contract): string {
  return `${contract.service}.${contract.name}`;
}

export function defineContract<Request extends z.ZodType, Reply extends z.ZodType>(
  contract: Contract<Request, Reply>,
): Contract<Request, Reply> {
  return contract;
}

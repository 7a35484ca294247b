import type { Context } from './fabric.js';
import { membersOf, parseCanonical, type Members } from './members.js';
import { formatInstant } from './pure.js';

/** One transaction as the contract sees it: who calls, when, with what. Nothing else is ever read. */
export interface Call {
  readonly stub: Context['stub'];
  readonly callerMsp: string;
  readonly txId: string;
  /** RFC 3339, from the proposal: the only clock that all endorsers share */
  readonly recordedAt: string;
  /** what every member of the channel sees */
  readonly argument: Members;
  /** what the endorsing parties alone see */
  readonly transient: Members;
}

/** @throws Refusal `malformed_request` */
export function openCall(context: Context, argument: string): Call {
  const { stub, clientIdentity } = context;
  const transient: Record<string, unknown> = {};
  for (const [name, bytes] of stub.getTransient()) {
    const text = Buffer.from(bytes).toString('utf8');
    transient[name] = parseCanonical(text, `transient.${name}`);
  }
  return {
    stub,
    callerMsp: clientIdentity.getMSPID(),
    txId: stub.getTxID(),
    recordedAt: readTimestamp(stub),
    argument: membersOf(parseCanonical(argument, 'argument'), 'argument'),
    transient: membersOf(transient, 'transient'),
  };
}

function readTimestamp(stub: Context['stub']): string {
  const { seconds, nanos } = stub.getTxTimestamp();
  return formatInstant(seconds.toNumber() * 1000 + Math.floor(nanos / 1_000_000));
}

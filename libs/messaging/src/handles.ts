import { Logger } from '@nestjs/common';
import { Ctx, MessagePattern, NatsContext, Payload } from '@nestjs/microservices';
import { subjectOf, type Contract, type RequestOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { z } from 'zod';
import { accountOfAddress } from './bus.js';
import { requestEnvelope, type MessageMeta, type ReplyEnvelope } from './envelope.js';
import { sessionOf } from './session-of.js';
import { concernSession, runUntilAnswered } from './trace-context.js';

type Handler<C extends Contract> = (
  request: RequestOf<C>,
  meta: MessageMeta,
) => Promise<z.input<C['reply']>>;

const logger = new Logger('messages');

function refusal(error: unknown, subject: string): ReplyEnvelope {
  if (error instanceof RoamgridError) {
    if (error.code === 'internal') logger.error(`${subject}: ${error.message}`, error.stack);
    else logger.debug(`${subject} is refused: ${error.code}`);
    return { ok: false, error: { code: error.code, detail: error.message, fields: error.fields } };
  }
  const failure = error instanceof Error ? error : new Error(String(error));
  logger.error(`${subject}: ${failure.message}`, failure.stack);
  return { ok: false, error: { code: 'internal', detail: 'the service failed', fields: [] } };
}

/** @throws RoamgridError `malformed_request`, naming each field */
function read<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  subject: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RoamgridError(
    'malformed_request',
    `${subject} does not have its shape`,
    parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  );
}

/** How a message came here, where it came over a wire. */
interface Arrival {
  /** whose wall it came through; null where it came from inside */
  readonly account: string | null;
  readonly atMs: number;
}

/** @throws RoamgridError `forbidden` where the bus knows the sender as somebody else */
function assertSpeaksAsItself({ from }: MessageMeta, { account }: Arrival): void {
  if (account === null || from === account || from.startsWith(`${account}/`)) return;
  throw new RoamgridError('forbidden', `a message of ${account} says that it is from ${from}`);
}

/** @throws RoamgridError `peer_unreachable`: its sender has given up, and may have asked somebody else */
function assertInTime({ deadlineMs }: MessageMeta, { atMs }: Arrival): void {
  if (atMs <= deadlineMs) return;
  throw new RoamgridError('peer_unreachable', 'the message came after its deadline');
}

/** Checks the request, runs the handler in the sender's trace and deadline, checks the reply. */
export async function answer<C extends Contract>(
  contract: C,
  envelope: unknown,
  handler: Handler<C>,
  arrival?: Arrival,
): Promise<ReplyEnvelope> {
  const subject = subjectOf(contract);
  try {
    const { meta, payload } = read(requestEnvelope, envelope, subject);
    if (arrival !== undefined) {
      assertSpeaksAsItself(meta, arrival);
      assertInTime(meta, arrival);
    }
    const { traceId, deadlineMs } = meta;
    return await runUntilAnswered({ traceId, deadlineMs }, () =>
      answerInTrace(contract, payload, (request) => handler(request, meta)),
    );
  } catch (error) {
    return refusal(error, subject);
  }
}

/** Whatever is logged in here names the session that the message concerns. */
async function answerInTrace<C extends Contract>(
  contract: C,
  payload: unknown,
  handler: (request: RequestOf<C>) => Promise<z.input<C['reply']>>,
): Promise<ReplyEnvelope> {
  const subject = subjectOf(contract);
  concernSession(sessionOf(payload));
  try {
    const request = read(contract.request, payload, subject) as RequestOf<C>;
    const reply = contract.reply.parse(await handler(request));
    concernSession(sessionOf(reply));
    logger.debug(`${subject} is answered`);
    return { ok: true, payload: reply };
  } catch (error) {
    return refusal(error, subject);
  }
}

/**
 * Marks a controller's method as the handler of a message. The method gets the parsed request and
 * gives the reply; a thrown RoamgridError reaches the sender as it is, anything else as `internal`.
 */
export function Handles<C extends Contract>(contract: C) {
  return <Method extends Handler<C>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const handler = descriptor.value;
    if (handler === undefined) throw new TypeError('@Handles stands on a method');
    const wrapped = function (
      this: unknown,
      envelope: unknown,
      context?: unknown,
    ): Promise<ReplyEnvelope> {
      const arrival =
        context instanceof NatsContext
          ? { account: accountOfAddress(context.getSubject()), atMs: Date.now() }
          : undefined;
      return answer(
        contract,
        envelope,
        (request, meta) => handler.call(this, request, meta),
        arrival,
      );
    };
    descriptor.value = wrapped as unknown as Method;
    // without these Nest hands on the payload and keeps to itself how it came
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    MessagePattern(subjectOf(contract))(target, key, descriptor);
  };
}

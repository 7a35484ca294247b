import { isErrorCode, RoamgridError, type FieldError } from '@roamgrid/kernel';
import { z } from 'zod';

/** What travels beside a payload: who asks, in which trace, until when an answer is of use. */
export const messageMeta = z.strictObject({
  from: z.string(),
  traceId: z.string(),
  deadlineMs: z.int().describe('epoch milliseconds'),
});
export type MessageMeta = z.infer<typeof messageMeta>;

export interface RequestEnvelope {
  readonly meta: MessageMeta;
  readonly payload: unknown;
}

export type ReplyEnvelope =
  | { readonly ok: true; readonly payload: unknown }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly detail: string;
        readonly fields: readonly FieldError[];
      };
    };

export const requestEnvelope = z.strictObject({ meta: messageMeta, payload: z.unknown() });

export const replyEnvelope = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), payload: z.unknown() }),
  z.strictObject({
    ok: z.literal(false),
    error: z.strictObject({
      code: z.string(),
      detail: z.string(),
      fields: z.array(z.strictObject({ path: z.string(), message: z.string() })),
    }),
  }),
]);

/** An error code that a newer peer knows and we do not becomes `internal`: its outcome is unknown. */
export function errorFromReply(error: {
  code: string;
  detail: string;
  fields: readonly FieldError[];
}): RoamgridError {
  return new RoamgridError(
    isErrorCode(error.code) ? error.code : 'internal',
    error.detail,
    error.fields,
  );
}

import { RoamgridError } from '@roamgrid/kernel';
import { issueWords, textOfBody } from '@roamgrid/platform';
import type { z } from 'zod';
import {
  mapNumbers,
  NotJsonError,
  parseExact,
  stringsOf,
  type ExactJson,
} from '../exact/exact-json.js';

/** A request's body as it came, and as it was parsed without loss or could not be. */
export class StationBody {
  constructor(
    readonly text: string,
    readonly value: ExactJson | undefined,
    readonly fault: string | null,
  ) {}
}

/** As {@link parseBody}; what is not UTF-8 is kept as far as it can be read. */
export function parseBytes(bytes: Buffer): StationBody {
  const text = textOfBody(bytes);
  if (text !== null) return parseBody(text);
  return new StationBody(bytes.toString('utf8'), undefined, 'the body is not UTF-8');
}

const EMPTY = new StationBody('', null, null);
const INTEGER = /^-?[0-9]+$/;

/** Never throws: what cannot be read is kept before it is refused. */
export function parseBody(text: string): StationBody {
  try {
    const { value, hasDuplicateMember } = parseExact(text);
    const fault = hasDuplicateMember ? 'a member of the body is named twice' : null;
    return new StationBody(text, value, fault);
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    const fault = error.isTooDeep ? 'the body is nested too deeply' : 'the body is not JSON';
    return new StationBody(text, undefined, fault);
  }
}

/** The body as a whole is at fault, or a place in it that has no name of its own. */
function refuseWhole(fault: string): never {
  throw new RoamgridError('malformed_request', fault, [{ path: '', message: fault }]);
}

function assertReadable(value: ExactJson): void {
  for (const text of stringsOf(value)) {
    if (text.includes('\0') || /\p{Surrogate}/u.test(text)) {
      refuseWhole('a text of the body holds what is no character');
    }
  }
}

/** Integers become bigints; any other number stays what no schema accepts. */
function integersOnly(value: ExactJson): unknown {
  return mapNumbers(value, (digits) => (INTEGER.test(digits) ? BigInt(digits) : Number.NaN));
}

/** The body in its documented shape. @throws RoamgridError `malformed_request` with `errors[].path` */
export function readBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const { value = null, fault } = body instanceof StationBody ? body : EMPTY;
  if (fault !== null) refuseWhole(fault);
  assertReadable(value);
  const parsed = schema.safeParse(integersOnly(value));
  if (parsed.success) return parsed.data;
  throw new RoamgridError(
    'malformed_request',
    'the body does not have the documented shape',
    parsed.error.issues.map((issue) => ({
      path: pathOf(issue),
      message: issueWords(issue.message),
    })),
  );
}

/** An unknown member is named by its own path, not by its parent's. */
function pathOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  const unknownMember = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return [...path, ...unknownMember].join('.');
}

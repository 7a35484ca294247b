import { RoamgridError } from '@roamgrid/kernel';
import canonicalize from 'canonicalize';

/** What may stand in a document. Fractions travel as decimal strings, so no number is ever a float. */
export type DocumentValue =
  | string
  | number
  | boolean
  | null
  | readonly DocumentValue[]
  | { readonly [name: string]: DocumentValue };

/** Matches half a surrogate pair only: with the `u` flag a whole pair is one character. */
const HALF_PAIR = /\p{Surrogate}/u;

/** Deeper nesting than any document has; beyond it a reader could run out of stack. */
const GREATEST_DEPTH = 64;

function refuse(path: string, message: string): never {
  throw new RoamgridError('malformed_document', `${message} at ${path === '' ? '/' : path}`, [
    { path, message },
  ]);
}

/** Plain in every realm: a worker's or a sandbox's own `Object` counts as well. */
function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function assertMembers(value: object, path: string, depth: number): void {
  if (depth > GREATEST_DEPTH) refuse(path, 'nested too deeply');
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      assertValue(value[index], `${path}/${String(index)}`, depth + 1);
    }
    return;
  }
  if (!isPlainObject(value)) refuse(path, 'not a plain object');
  if (Object.getOwnPropertySymbols(value).length > 0) refuse(path, 'a member named by a symbol');
  for (const [name, member] of Object.entries(value)) {
    if (HALF_PAIR.test(name)) refuse(path, 'a name with half a surrogate pair');
    assertValue(member, `${path}/${name}`, depth + 1);
  }
}

function assertValue(value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case 'string':
      if (HALF_PAIR.test(value)) refuse(path, 'text with half a surrogate pair');
      return;
    case 'boolean':
      return;
    case 'number':
      if (!Number.isSafeInteger(value)) refuse(path, 'a number that is no safe integer');
      return;
    case 'object':
      if (value !== null) assertMembers(value, path, depth);
      return;
    default:
      refuse(path, `a value of type ${typeof value}`);
  }
}

/**
 * Asserts that a value holds nothing but strings, booleans, null, safe integers, arrays and plain objects.
 * A member that is `undefined` is refused as well: it would vanish from the canonical form in silence.
 *
 * @throws RoamgridError `malformed_document` with the path (a JSON pointer) of the first offence
 */
export function assertDocumentValue(value: unknown): asserts value is DocumentValue {
  assertValue(value, '', 0);
}

/**
 * The bytes that are hashed and signed: RFC 8785 (JCS) in UTF-8.
 *
 * @throws RoamgridError `malformed_document`
 */
export function canonicalBytes(document: unknown): Uint8Array {
  assertDocumentValue(document);
  const text = canonicalize(document);
  if (text === undefined) throw new RoamgridError('malformed_document', 'there is no document');
  return new TextEncoder().encode(text);
}

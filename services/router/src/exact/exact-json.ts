import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json';

/** JSON as it was written: a number keeps its digits, so that 9007199254740993 survives. */
export type ExactJson =
  null | boolean | string | LosslessNumber | readonly ExactJson[] | ExactObject;
export interface ExactObject {
  readonly [member: string]: ExactJson;
}

/** A payload type with its numbers exact. */
export type Exact<T> = T extends number
  ? LosslessNumber
  : T extends readonly (infer Item)[]
    ? readonly Exact<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Exact<T[Key]> }
      : T;

export interface ExactDocument {
  readonly value: ExactJson;
  /** the same member name twice in one object: which of the two counts is anyone's guess */
  readonly hasDuplicateMember: boolean;
}

/** The text is not JSON, or is nested deeper than any message is. */
export class NotJsonError extends Error {
  override readonly name = 'NotJsonError';

  constructor(
    message: string,
    /** well-formed perhaps, but deeper than any message is */
    readonly isTooDeep = false,
  ) {
    super(message);
  }
}

const GREATEST_DEPTH = 32;

/** Walks the text once: how deep it nests, and how many members it names. */
function measure(text: string): { depth: number; members: number } {
  let [level, depth, members, inString] = [0, 0, 0, false];
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth = Math.max(depth, (level += 1));
    else if (character === '}' || character === ']') level -= 1;
    else if (character === ':') members += 1;
  }
  return { depth, members };
}

export function isExactObject(value: ExactJson | undefined): value is ExactObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
  );
}

function childrenOf(value: ExactJson): readonly ExactJson[] {
  if (Array.isArray(value)) return value as readonly ExactJson[];
  return isExactObject(value) ? Object.values(value) : [];
}

function countMembers(value: ExactJson): number {
  const own = isExactObject(value) ? Object.keys(value).length : 0;
  return childrenOf(value).reduce((total, child) => total + countMembers(child), own);
}

/** Parses without loss. @throws NotJsonError */
export function parseExact(text: string): ExactDocument {
  const { depth, members } = measure(text);
  if (depth > GREATEST_DEPTH) throw new NotJsonError('nested too deep', true);
  let value: ExactJson;
  try {
    value = parse(text, null, { onDuplicateKey: ({ newValue }) => newValue }) as ExactJson;
  } catch {
    // the parser's own words may repeat what was sent
    throw new NotJsonError('not JSON');
  }
  return { value, hasDuplicateMember: countMembers(value) !== members };
}

/** The same value with its numbers turned by `convert`. */
export function mapNumbers(value: ExactJson, convert: (digits: string) => unknown): unknown {
  if (isLosslessNumber(value)) return convert(value.value);
  if (Array.isArray(value)) {
    return (value as readonly ExactJson[]).map((item) => mapNumbers(item, convert));
  }
  if (!isExactObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapNumbers(member, convert)]),
  );
}

/** Strings of the value, member names included. */
export function* stringsOf(value: ExactJson): Generator<string> {
  if (typeof value === 'string') yield value;
  if (isExactObject(value)) yield* Object.keys(value);
  for (const child of childrenOf(value)) yield* stringsOf(child);
}

function sortMembers(value: ExactJson): ExactJson {
  if (Array.isArray(value)) return (value as readonly ExactJson[]).map(sortMembers);
  if (!isExactObject(value)) return value;
  const sorted = Object.keys(value).sort();
  return Object.fromEntries(sorted.map((key) => [key, sortMembers(value[key] ?? null)]));
}

/** Writes a value; exact numbers keep their digits. */
export function writeExact(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** One text for one content: members sorted, no white space. */
export function canonicalText(value: ExactJson): string {
  return writeExact(sortMembers(value));
}

/** A number to write, from its digits. */
export function exactNumber(digits: string): LosslessNumber {
  return new LosslessNumber(digits);
}

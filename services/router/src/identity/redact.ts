import { maskCin, parseCin } from '@roamgrid/cin';
import { RoamgridError } from '@roamgrid/kernel';
import {
  isExactObject,
  writeExact,
  type ExactJson,
  type ExactObject,
} from '../exact/exact-json.js';

/** Members whose text names a driver or opens a door, in any protocol and however they are capitalised. */
const SECRET_MEMBERS = new Set([
  'additionalidtoken',
  'certificate',
  'cin',
  'contractid',
  'idtag',
  'idtoken',
  'parentidtag',
  'password',
  'pin',
  'uid',
]);
const SECRET_IN_TEXT = new RegExp(
  `("(?:${[...SECRET_MEMBERS].join('|')})"\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"?|[^\\s"{}\\[\\],]+)`,
  'gi',
);
/** The same inside of a string that is JSON itself, as a DataTransfer carries it. */
const SECRET_IN_EMBEDDED_TEXT = new RegExp(
  `(\\\\"(?:${[...SECRET_MEMBERS].join('|')})\\\\"\\s*:\\s*\\\\")([^"\\\\]*)`,
  'gi',
);
const STRING_LITERAL = /"(?:[^"\\]|\\.)*"/g;
const CIN_IN_TEXT = /(?<![0-9])[0-9](?:[ -]{0,3}[0-9]){19}(?![0-9])/g;

function isSecret(member: string): boolean {
  return SECRET_MEMBERS.has(member.toLowerCase());
}

/** A value as the wire log may show it: a CIN by prefix and last digits, anything else not at all. */
export function maskToken(text: string, member = 'token'): string {
  try {
    return maskCin(parseCin(text));
  } catch (error) {
    if (error instanceof RoamgridError) return member.toLowerCase() === 'pin' ? '[pin]' : '[token]';
    throw error;
  }
}

/** An idToken of OCPP 2.0.1 is an object whose own members say what they hold. */
function isOddSecret(member: string, content: ExactJson): boolean {
  const isNested = Array.isArray(content) || isExactObject(content);
  return isNested && isSecret(member) && !(member === 'idToken' && isExactObject(content));
}

/**
 * A station's password under the name of its setting: `AuthorizationKey` of OCPP 1.6 in `value`,
 * `BasicAuthPassword` of 2.0.1 in `attributeValue`.
 */
function settingSecretOf(value: ExactObject): string | null {
  if (value['key'] === 'AuthorizationKey') return 'value';
  const variable = value['variable'];
  const isPassword = isExactObject(variable) && variable['name'] === 'BasicAuthPassword';
  return isPassword ? 'attributeValue' : null;
}

function hasOddSecret(value: ExactJson): boolean {
  if (Array.isArray(value)) return (value as readonly ExactJson[]).some(hasOddSecret);
  if (!isExactObject(value)) return false;
  if (settingSecretOf(value) !== null) return true;
  return Object.entries(value).some(
    ([member, content]) => isOddSecret(member, content) || hasOddSecret(content),
  );
}

function collect(value: ExactJson, masks: Map<string, string>): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly ExactJson[]) collect(item, masks);
  }
  if (!isExactObject(value)) return;
  for (const [member, content] of Object.entries(value)) {
    if (typeof content === 'string' && isSecret(member)) {
      masks.set(content, maskToken(content, member));
    } else collect(content, masks);
  }
}

function maskLiterals(raw: string, masks: ReadonlyMap<string, string>): string {
  return raw.replace(STRING_LITERAL, (literal) => {
    let text: unknown;
    try {
      text = JSON.parse(literal);
    } catch {
      return literal; // not a string of JSON, hence none of those that were parsed
    }
    const mask = typeof text === 'string' ? masks.get(text) : undefined;
    return mask === undefined ? literal : JSON.stringify(mask);
  });
}

/**
 * The raw text as it may be stored: CINs, card UIDs and PINs masked, everything else untouched.
 * `parsed` helps where there is one; a text that is no JSON is masked by what it looks like.
 */
export function redactRaw(raw: string, parsed?: ExactJson): string {
  const masks = new Map<string, string>();
  if (parsed !== undefined) collect(parsed, masks);
  // a secret where the protocol has none may be any value at any depth: such a text is written anew
  const text = parsed !== undefined && hasOddSecret(parsed) ? writeExact(redactValue(parsed)) : raw;
  const literals = masks.size === 0 ? text : maskLiterals(text, masks);
  return literals
    .replace(SECRET_IN_TEXT, (whole: string, head: string, value: string) =>
      value.includes('•') || value.startsWith('"[')
        ? whole
        : `${head}${JSON.stringify(head.toLowerCase().startsWith('"pin"') ? '[pin]' : maskToken(value.replaceAll('"', '')))}`,
    )
    .replace(
      SECRET_IN_EMBEDDED_TEXT,
      (_whole, head: string, value: string) => head + maskToken(value),
    )
    .replace(CIN_IN_TEXT, maskIfCin);
}

function maskIfCin(digits: string): string {
  const mask = maskToken(digits);
  return mask === '[token]' ? digits : mask;
}

/** A short text that a station chose, a message id or an action, without a CIN in it. */
export function redactName(text: string): string {
  return text.replace(CIN_IN_TEXT, maskIfCin);
}

/** The same content without what names a driver: what is hashed beside a natural key. */
export function redactValue(value: ExactJson): ExactJson {
  if (Array.isArray(value)) return (value as readonly ExactJson[]).map(redactValue);
  if (!isExactObject(value)) return value;
  const setting = settingSecretOf(value);
  return Object.fromEntries(
    Object.entries(value).map(([member, content]) => [
      member,
      member === setting ? '[secret]' : redactMember(member, content),
    ]),
  );
}

function redactMember(member: string, content: ExactJson): ExactJson {
  if (isOddSecret(member, content)) return maskToken('', member);
  return typeof content === 'string' && isSecret(member)
    ? maskToken(content, member)
    : redactValue(content);
}

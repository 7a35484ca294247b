import { canonicalText } from './canonical.js';
import { Refusal } from './refusal.js';

const HASH = /^[0-9a-f]{64}$/;

/** The members of one JSON object, read one by one; what is missing or of another shape is refused. */
export class Members {
  constructor(
    private readonly members: Readonly<Record<string, unknown>>,
    private readonly where: string,
  ) {}

  /** Exactly these members and no others. @throws Refusal `malformed_request` */
  requireOnly(names: readonly string[]): void {
    for (const name of Object.keys(this.members)) {
      if (!names.includes(name)) this.refuse(name, 'is not known');
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.members, name);
  }

  /** @throws Refusal `malformed_request` */
  text(name: string): string {
    const value = this.value(name);
    return typeof value === 'string' ? value : this.refuse(name, 'is not a text');
  }

  /** 32 bytes in lower-case hex. @throws Refusal `malformed_request` */
  hash(name: string): string {
    const value = this.text(name);
    return HASH.test(value) ? value : this.refuse(name, 'is not 64 digits of lower-case hex');
  }

  /** A whole number from 0. @throws Refusal `malformed_request` */
  count(name: string): number {
    const value = this.value(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      return this.refuse(name, 'is not a whole number');
    }
    return value;
  }

  /** @throws Refusal `malformed_request` */
  object(name: string): Members {
    return membersOf(this.value(name), `${this.where}.${name}`);
  }

  /** @throws Refusal `malformed_request` */
  objects(name: string): readonly Members[] {
    const value = this.value(name);
    if (!Array.isArray(value)) return this.refuse(name, 'is not a list');
    return value.map((item, index) => membersOf(item, `${this.where}.${name}[${String(index)}]`));
  }

  /** A member of any shape. @throws Refusal `malformed_request` */
  value(name: string): unknown {
    return this.has(name) ? this.members[name] : this.refuse(name, 'is missing');
  }

  private refuse(name: string, why: string): never {
    throw new Refusal('malformed_request', `${this.where}.${name} ${why}`);
  }
}

/** @throws Refusal `malformed_request` */
export function membersOf(value: unknown, where: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('malformed_request', `${where} is not an object`);
  }
  return new Members(value as Record<string, unknown>, where);
}

/**
 * Reads a text that must be in canonical form, so that the same words are always the same bytes and no
 * member stands twice.
 *
 * @throws Refusal `malformed_request`
 */
export function parseCanonical(text: string, where: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal('malformed_request', `${where} is not JSON`);
  }
  if (canonicalText(value) !== text) {
    throw new Refusal('malformed_request', `${where} is not in canonical form`);
  }
  return value;
}

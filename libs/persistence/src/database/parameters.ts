import { RoamgridError } from '@roamgrid/kernel';

/** A value sent to PostgreSQL as JSON text, for `json` and `jsonb` columns. Made by {@link json}. */
export class JsonParameter {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The driver's hook for values that know their own form. */
  toPostgres(): string {
    return this.#text;
  }
}

/**
 * Wraps a JSON-safe value for a `jsonb` column.
 * @throws RoamgridError `internal` where the value has no JSON form (undefined, a function, a bigint inside).
 */
export function json(value: unknown): JsonParameter {
  return new JsonParameter(jsonText(value));
}

function jsonText(value: unknown): string {
  const text = stringify(value);
  if (text === undefined) throw new RoamgridError('internal', 'A value has no JSON form');
  return text;
}

/** JSON.stringify answers undefined for undefined and functions, whatever its declared type says. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new RoamgridError('internal', `A value has no JSON form: ${(error as Error).message}`);
  }
}

/**
 * Refuses what the driver would quietly turn into something else: `undefined` (becomes NULL), NaN,
 * and plain objects that were not wrapped by {@link json}.
 */
export function checkParameters(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value, index) => {
    const fault = faultOf(value);
    if (fault !== undefined) {
      throw new RoamgridError('internal', `Query parameter $${String(index + 1)} is ${fault}`);
    }
    return value;
  });
}

function faultOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    case 'number':
      return Number.isFinite(value) ? undefined : 'not a finite number';
    case 'object':
      return isSendable(value) ? undefined : 'a plain object; wrap it with json()';
    case 'string':
    case 'boolean':
    case 'bigint':
      return undefined;
  }
}

function isSendable(value: object | null): boolean {
  return (
    value === null ||
    Array.isArray(value) ||
    value instanceof Date ||
    ArrayBuffer.isView(value) ||
    value instanceof JsonParameter
  );
}

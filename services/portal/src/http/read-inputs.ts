import { decimalString, integerString } from '@roamgrid/contracts';
import { fromOcpi221, tariffSchema } from '@roamgrid/tariff';
import { isLosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { beneath } from './beneath.js';

/** `describe` gives a schema another identity but leaves its definition. */
const TEXT_NUMBERS: ReadonlySet<unknown> = new Set([decimalString.def, integerString.def]);

function integerText(value: unknown): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (isLosslessNumber(value) && /^-?\d+$/.test(value.value)) return value.value;
  return value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readMember(name: string, schema: z.core.$ZodType, value: unknown): unknown {
  try {
    return readInputs(schema, value);
  } catch (error) {
    throw beneath(name, error);
  }
}

function readMembers(shape: Readonly<Record<string, z.core.$ZodType>>, value: unknown): unknown {
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
      return [name, schema === undefined ? member : readMember(name, schema, member)];
    }),
  );
}

/**
 * Reads what the interface accepts besides its own form: a JSON integer where a decimal string is
 * documented, and OCPI's numbers inside a tariff. A float is left for the schema to refuse.
 *
 * @throws RoamgridError `invalid_tariff` with every finding
 */
export function readInputs(schema: z.core.$ZodType, value: unknown): unknown {
  if (value === undefined) return value;
  if (schema === tariffSchema) return fromOcpi221(value);
  if (schema instanceof z.ZodObject) return readMembers(schema.shape, value);
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => readInputs(schema.element, item));
  }
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    return readInputs(schema.def.innerType, value);
  }
  return schema instanceof z.ZodString && TEXT_NUMBERS.has(schema.def) ? integerText(value) : value;
}

import { z } from 'zod';

/** The part of a JSON schema that our pages show. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** What a sender must write: the schema's input side. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

const REFERENCE = '#/$defs/';

function limitsOf(schema: JsonSchema): string {
  const { minimum, maximum, minLength, maxLength } = schema;
  const safe = (value: number | undefined): string =>
    value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? '' : String(value);
  const [low, high] = [safe(minimum ?? minLength), safe(maximum ?? maxLength)];
  const unit = schema.type === 'string' ? ' long' : '';
  if (low !== '' && high !== '') return ` (${low}–${high}${unit})`;
  if (low !== '') return ` (≥ ${low}${unit})`;
  return high === '' ? '' : ` (≤ ${high}${unit})`;
}

/** A schema in a few words; `name` turns the name of a shared definition into a link. */
export function describeType(schema: JsonSchema, name: (definition: string) => string): string {
  if (schema.$ref !== undefined) return name(schema.$ref.slice(REFERENCE.length));
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined)
    return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const named = choices.map((choice) => describeType(choice, name));
    return [...new Set(named)].join(' or ');
  }
  if (schema.allOf !== undefined) {
    return schema.allOf.map((part) => describeType(part, name)).join(' and ');
  }
  if (schema.type === 'array') return `list of ${describeType(schema.items ?? {}, name)}`;
  const pattern = schema.pattern === undefined ? '' : ` like \`${schema.pattern}\``;
  return `${schema.type ?? 'any'}${limitsOf(schema)}${pattern}`;
}

export interface Field {
  readonly path: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** The object inside a list, or beside `null`, whose members are shown below its own row. */
function innerObjects(schema: JsonSchema): readonly JsonSchema[] {
  if (schema.properties !== undefined) return [schema];
  if (schema.items !== undefined) return innerObjects(schema.items);
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(innerObjects);
}

/** The members of an object and of the objects inside it, by their dotted paths. */
export function fieldsOf(schema: JsonSchema, prefix = ''): readonly Field[] {
  return innerObjects(schema).flatMap((object) =>
    Object.entries(object.properties ?? {}).flatMap(([name, member]) => {
      const path = `${prefix}${name}`;
      const required = object.required?.includes(name) ?? false;
      const inner = member.type === 'array' ? `${path}[].` : `${path}.`;
      return [{ path, required, schema: member }, ...fieldsOf(member, inner)];
    }),
  );
}

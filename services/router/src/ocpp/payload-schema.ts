import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
// the package's own entry compiles every schema of three versions, which takes seconds; these are only data
import * as v16 from 'typed-ocpp/dist/ocpp16/schemas.js';
import * as v201 from 'typed-ocpp/dist/ocpp20/schemas.js';
import { mapNumbers, type ExactObject } from '../exact/exact-json.js';
import { isDateTime } from './date-time.js';
import { OcppFault, type FaultKind, type Protocol } from './protocol.js';

/** The published JSON schemas, by action. They carry no `$id`, which ajv could not resolve as a URN. */
const SCHEMAS: Readonly<Record<Protocol, Readonly<Record<string, object | undefined>>>> = {
  'ocpp2.0.1': v201,
  'ocpp1.6': v16,
};

const KIND_OF_KEYWORD: Readonly<Record<string, FaultKind>> = {
  required: 'occurrence',
  minItems: 'occurrence',
  maxItems: 'occurrence',
  type: 'type',
  additionalProperties: 'format',
  additionalItems: 'format',
  format: 'format',
};

const ajv = new Ajv({ strict: false, allErrors: false, multipleOfPrecision: 3 });
ajv.addFormat('date-time', isDateTime);
ajv.addFormat('uri', (text: string) => URL.canParse(text));

const compiled = new Map<string, ValidateFunction>();

function schemaOf(protocol: Protocol, action: string, side: 'Request' | 'Response'): object | null {
  const name = `${action}${side}`;
  const schemas = SCHEMAS[protocol];
  return Object.hasOwn(schemas, name) ? (schemas[name] ?? null) : null;
}

function validatorOf(name: string, schema: object): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const validator = ajv.compile(schema);
  compiled.set(name, validator);
  return validator;
}

/** Where and what, without the value itself. */
function detailOf(error: ErrorObject): string {
  const member = (error.params as Readonly<Record<string, unknown>>)['additionalProperty'];
  const place = error.instancePath === '' ? 'payload' : error.instancePath.slice(1, 120);
  return typeof member === 'string'
    ? `${place}: unknown member`
    : `${place}: ${error.message ?? 'not as the schema says'}`;
}

/** Whether the version has such an action at all, in either direction. */
export function isActionOf(protocol: Protocol, action: string): boolean {
  return schemaOf(protocol, action, 'Request') !== null;
}

/** @throws OcppFault naming what the version's schema refuses first */
export function assertPayload(
  protocol: Protocol,
  action: string,
  payload: ExactObject,
  side: 'Request' | 'Response' = 'Request',
): void {
  const schema = schemaOf(protocol, action, side);
  if (schema === null) throw new OcppFault('notImplemented', 'no such action');
  const validate = validatorOf(`${protocol} ${action}${side}`, schema);
  if (validate(mapNumbers(payload, Number))) return;
  const [error] = validate.errors ?? [];
  if (error === undefined) throw new OcppFault('format', 'not as the schema says');
  throw new OcppFault(KIND_OF_KEYWORD[error.keyword] ?? 'property', detailOf(error));
}

import { nothing } from '@roamgrid/contracts';
import { z } from 'zod';
import type { Route } from '../http/route.js';
import { ROUTES } from '../routes/all-routes.js';
import { NOT_BUILT_ROUTES } from '../routes/not-built-routes.js';
import { problemAnswer } from '../routes/answers.js';

type Json = Record<string, unknown>;

const DEFINITIONS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

/** A preprocessing step (an integer read as decimal text) documents what comes out of it. */
function documentOutput(context: { zodSchema: z.core.$ZodType; jsonSchema: Json }): void {
  const { zodSchema, jsonSchema } = context;
  if (!(zodSchema instanceof z.ZodPipe) || !(zodSchema.in instanceof z.ZodTransform)) return;
  Object.assign(jsonSchema, z.toJSONSchema(zodSchema.out as z.ZodType, { io: 'input' }));
  delete jsonSchema['$schema'];
}

/** Collects named schemas into the document's components. */
class Components {
  readonly schemas: Json = {};

  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const {
      $schema: _dialect,
      $defs = {},
      ...body
    } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: documentOutput,
    }) as Json;
    Object.assign(this.schemas, this.#located($defs as Json));
    const located = this.#located(body);
    const { id } = located;
    if (typeof id !== 'string') return located;
    const { id: _name, ...named } = located;
    this.schemas[id] = named;
    return { $ref: COMPONENTS + id };
  }

  #located(value: Json): Json {
    return JSON.parse(JSON.stringify(value).replaceAll(DEFINITIONS, COMPONENTS)) as Json;
  }
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query', components: Components): Json[] {
  const { properties = {}, required = [] } = components.schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Same key and same body give the first answer again.',
  schema: { type: 'string', maxLength: 255 },
};

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The `ETag` that was read; another state of the object gives 412.',
  schema: { type: 'string' },
};

function problem(description: string): Json {
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: `${COMPONENTS}Problem` } } },
  };
}

/** Of an answer that is a table. */
const TEXT_CONTENT: Json = {
  'text/csv': { schema: { type: 'string' } },
  'application/x-ndjson': { schema: { type: 'string' } },
};

function responsesOf(route: Route, components: Components): Json {
  const answers: Json = {
    400: problem('Not the documented shape'),
    401: problem('No valid token'),
    403: problem("Another utility's token, or a scope is missing"),
    404: problem('Not there, or not yours'),
    ...(route.method === 'GET'
      ? {}
      : { 409: problem('Not in this state'), 422: problem('The shape but not the meaning') }),
    ...(route.method === 'GET' || route.revision === null
      ? {}
      : { 412: problem('Changed since it was read') }),
  };
  if (NOT_BUILT_ROUTES.includes(route)) return { ...answers, 501: problem('Not built yet') };
  return {
    [route.status]: {
      description: 'Done',
      content: {
        'application/json': { schema: components.schemaOf(route.reply, 'output') },
        ...(route.formats ? TEXT_CONTENT : {}),
      },
    },
    ...answers,
  };
}

/** What a body may be: JSON, or a file in place of it. */
function contentOf(route: Route, components: Components): Json {
  const texts: readonly string[] = route.takesCsv ? ['text/csv'] : route.takesTexts;
  if (texts.length === 0) {
    return { 'application/json': { schema: components.schemaOf(route.body, 'input') } };
  }
  return Object.fromEntries(texts.map((type) => [type, { schema: { type: 'string' } }]));
}

function operationOf(route: Route, components: Components): Json {
  const hasBody = route.method !== 'GET' && route.body !== nothing;
  return {
    operationId: route.name,
    summary: route.summary,
    tags: [route.tag],
    security: route.scopes.map((scope) => ({ oauth2: [scope] })),
    parameters: [
      ...parametersOf(route.params, 'path', components),
      ...parametersOf(route.query, 'query', components),
      ...(route.method === 'POST' ? [idempotencyKey] : []),
      ...(route.method !== 'GET' && route.revision !== null ? [ifMatch] : []),
    ],
    ...(hasBody
      ? {
          requestBody: {
            required: true,
            content: contentOf(route, components),
          },
        }
      : {}),
    responses: responsesOf(route, components),
  };
}

function pathsOf(components: Components): Json {
  const paths: Record<string, Json> = {};
  for (const route of ROUTES) {
    const path = `/{utility}/api/v1${route.path.replace(/:(\w+)/g, '{$1}')}`;
    const item = (paths[path] ??= {
      parameters: [{ name: 'utility', in: 'path', required: true, schema: { type: 'string' } }],
    });
    item[route.method.toLowerCase()] = operationOf(route, components);
  }
  return paths;
}

function oauth2(issuer: string): Json {
  const scopes = [...new Set(ROUTES.flatMap((route) => route.scopes))];
  return {
    type: 'oauth2',
    flows: {
      clientCredentials: {
        tokenUrl: `${issuer}/token`,
        scopes: Object.fromEntries(scopes.map((scope) => [scope, scope])),
      },
    },
  };
}

/**
 * The OpenAPI 3.1 document of a utility's API, made from the routes that serve it.
 *
 * @param issuer of the tokens that the API takes; the embedded one unless told
 */
export function openApiDocument(baseUrl: string, issuer = `${baseUrl}/oidc`): Json {
  const components = new Components();
  components.schemaOf(problemAnswer, 'output');
  const paths = pathsOf(components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Roamgrid',
      version: '1',
      description:
        'The API of one utility. Amounts and energies are decimal strings; where one is documented, a JSON integer is accepted, never a float.',
    },
    servers: [{ url: baseUrl }],
    paths,
    components: { schemas: components.schemas, securitySchemes: { oauth2: oauth2(issuer) } },
  };
}

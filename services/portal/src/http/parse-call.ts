import { Readable } from 'node:stream';
import { nothing } from '@roamgrid/contracts';
import { RoamgridError, type FieldError } from '@roamgrid/kernel';
import { assertPlainBody, issueWords, textOfBody } from '@roamgrid/platform';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { checkCsvType } from './csv-body.js';
import { checkJsonType, parseJsonBody } from './json-body.js';
import { readInputs } from './read-inputs.js';
import type { Route } from './route.js';
import { SpooledTable } from './spooled-table.js';
import { readText, textBody } from './text-body.js';

/** Digits in a row, or hexadecimal ones, as no documented member has them. */
const LIKE_A_NUMBER = /\d{4}|[0-9a-f]{8}/i;

/** A member may be named by mistake after what should be its value: a card or a CIN is not told again. */
function shownName(key: string): string {
  return LIKE_A_NUMBER.test(key) ? '[member]' : key;
}

/** What an issue is about; an unknown member is named itself, not the object it stands in. */
function fieldsOf(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, shownName(key)].join('.'),
      message: 'unknown member',
    }));
  }
  return [{ path: path.join('.'), message: issueWords(issue.message) }];
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RoamgridError(
    'malformed_request',
    `the ${what} does not have the documented shape`,
    result.error.issues.flatMap(fieldsOf),
  );
}

/** An id that has not the form of one names nothing: the same answer as for one that is not there. */
function parsedParams<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RoamgridError('not_found', 'no such object');
}

async function tableOf(request: FastifyRequest): Promise<{ table: SpooledTable }> {
  assertPlainBody(request.headers['content-encoding']);
  checkCsvType(request.headers['content-type']);
  if (!(request.body instanceof Readable)) {
    throw new RoamgridError('malformed_request', 'a body is needed', [
      { path: '', message: 'a table is needed' },
    ]);
  }
  // not destroyed with what reads it: the sender is to read why it was refused
  return { table: await SpooledTable.receive(request.body.iterator({ destroyOnReturn: false })) };
}

/** @throws RoamgridError `malformed_request` */
function utf8Of(body: Buffer): string {
  const text = textOfBody(body);
  if (text !== null) return text;
  throw new RoamgridError('malformed_request', 'the body is not UTF-8', [
    { path: '', message: 'not UTF-8' },
  ]);
}

/** Every body but a table is short enough to be read whole. */
async function textOf(route: Route, { body, headers }: FastifyRequest): Promise<string> {
  if (!(body instanceof Readable)) return Buffer.isBuffer(body) ? utf8Of(body) : '';
  if (!route.takesTexts.includes('text/csv')) checkJsonType(headers['content-type']);
  return readText(body.iterator({ destroyOnReturn: false }));
}

async function bodyOf(route: Route, request: FastifyRequest): Promise<unknown> {
  const text = await textOf(route, request);
  if (text.trim() === '') {
    if (route.body === nothing || route.body instanceof z.ZodUnknown) return {};
    throw new RoamgridError('malformed_request', 'a body is needed', [
      { path: '', message: 'a JSON object is needed' },
    ]);
  }
  assertPlainBody(request.headers['content-encoding']);
  if (route.takesTexts.length > 0) {
    return textBody(route.takesTexts, request.headers['content-type'], text);
  }
  checkJsonType(request.headers['content-type']);
  return readInputs(route.body, parseJsonBody(text));
}

/** The parts of a request as the route's schemas read them. @throws RoamgridError */
export async function parseCall<R extends Route>(
  route: R,
  request: FastifyRequest,
): Promise<{
  params: z.output<R['params']>;
  query: z.output<R['query']>;
  body: z.output<R['body']>;
}> {
  const params = parsedParams(route.params as R['params'], request.params);
  const query = parsed(route.query as R['query'], request.query, 'query');
  if (route.takesCsv) {
    return { params, query, body: (await tableOf(request)) as unknown as z.output<R['body']> };
  }
  return {
    params,
    query,
    body: parsed(
      route.body as R['body'],
      request.method === 'GET' ? {} : await bodyOf(route, request),
      'body',
    ),
  };
}

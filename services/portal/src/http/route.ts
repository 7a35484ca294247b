import type { z } from 'zod';
import { nothing } from '@roamgrid/contracts';
import type { TextType } from './text-body.js';
import type { Caller } from './caller.js';
import type { Scope } from './scopes.js';

/**
 * A call of the API as data: what is asked, what is answered, which scope opens it. Validation and
 * the OpenAPI document both come from it.
 */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** behind `/{utility}/api/v1`, with `:member` for a part that varies */
  readonly path: string;
  /** the OpenAPI operation id */
  readonly name: string;
  readonly summary: string;
  readonly tag: string;
  /** any one of them opens the route */
  readonly scopes: readonly Scope[];
  /** open to a provider's token too, which sees its own stations only */
  readonly providers: boolean;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** takes a table (`text/csv`) in place of JSON; it is the body's member `table` */
  readonly takesCsv: boolean;
  /** takes a file of one of these types in place of JSON; the body is `{text, format}` */
  readonly takesTexts: readonly TextType[];
  /** can be had as CSV and as JSON lines too */
  readonly formats: boolean;
  readonly status: 200 | 201 | 202;
  readonly reply: z.ZodType;
  /** what tells one state of the answered object from another: the answer's `ETag`, asked back in `If-Match` */
  readonly revision: ((answer: object) => string | null) | null;
}

/** A request that has the route's shape, from a caller who may make it. */
export interface RouteCall<R extends Route> {
  readonly params: z.output<R['params']>;
  readonly query: z.output<R['query']>;
  readonly body: z.output<R['body']>;
  readonly caller: Caller;
  /** revisions that the caller has read (`If-Match`); null where it names none */
  readonly ifMatch: readonly string[] | null;
}

type Nothing = typeof nothing;
type Optional =
  | 'params'
  | 'query'
  | 'body'
  | 'status'
  | 'providers'
  | 'formats'
  | 'takesCsv'
  | 'takesTexts'
  | 'revision';
type RouteInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Omit<
  Route<P, Q, B>,
  Optional
> &
  Partial<Pick<Route<P, Q, B>, Optional>>;

export function defineRoute<
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
>(input: RouteInput<Params, Query, Body>): Route<Params, Query, Body> {
  return {
    params: nothing as unknown as Params,
    query: nothing as unknown as Query,
    body: nothing as unknown as Body,
    status: 200,
    providers: false,
    formats: false,
    takesCsv: false,
    takesTexts: [],
    revision: null,
    ...input,
  };
}

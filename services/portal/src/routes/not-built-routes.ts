import { identifier, nothing } from '@roamgrid/contracts';
import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.js';
import type { Scope } from '../http/scopes.js';
import { problemAnswer } from './answers.js';

/**
 * Calls of the interface that are not built yet: they answer 501 `not_built` to whoever might use
 * them, and this table is their only list.
 */
const NOT_BUILT: readonly (readonly [Route['method'], string, string, Scope, string])[] = [];

function paramsOf(path: string): z.ZodType {
  const names = [...path.matchAll(/:(\w+)/g)].flatMap(([, name]) => name ?? []);
  if (names.length === 0) return nothing;
  return z.strictObject(Object.fromEntries(names.map((name) => [name, identifier])));
}

export const NOT_BUILT_ROUTES: readonly Route[] = NOT_BUILT.map(
  ([method, path, name, scope, summary]) =>
    defineRoute<z.ZodType, z.ZodType, z.ZodType>({
      method,
      path,
      name,
      summary: `${summary} Not built yet.`,
      tag: 'Not built yet',
      scopes: [scope],
      params: paramsOf(path),
      query: z.looseObject({}),
      body: z.unknown(),
      reply: problemAnswer,
    }),
);

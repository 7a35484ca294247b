import { RoamgridError } from '@roamgrid/kernel';
import type { z } from 'zod';

/**
 * A line of a table as its schema reads it.
 *
 * @param what the line should describe: `a card`
 * @throws RoamgridError `malformed_request`, naming each column; never a cell's content
 */
export function readRow<Schema extends z.ZodType>(
  schema: Schema,
  cells: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(cells);
  if (parsed.success) return parsed.data;
  throw new RoamgridError(
    'malformed_request',
    `the line does not describe ${what}`,
    parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })),
  );
}

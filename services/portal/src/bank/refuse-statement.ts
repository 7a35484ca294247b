import { RoamgridError } from '@roamgrid/kernel';
import type { z } from 'zod';

/** @throws RoamgridError `malformed_request`, naming the member; never a content */
export function refuseStatement(path: string, message: string): never {
  throw new RoamgridError('malformed_request', 'the statement cannot be read', [{ path, message }]);
}

/** What a schema makes of it. @throws RoamgridError `malformed_request`, naming each member */
export function readShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RoamgridError(
    'malformed_request',
    'the statement cannot be read',
    parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })),
  );
}

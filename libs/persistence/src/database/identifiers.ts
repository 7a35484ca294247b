import { RoamgridError } from '@roamgrid/kernel';

const IDENTIFIER = /^[a-z][a-z0-9_-]{0,62}$/;

/**
 * A name of ours (database, schema, role) as SQL. Only lower-case letters, digits, `_` and `-`, at
 * most 63: PostgreSQL would cut a longer one silently.
 */
export function quoteIdentifier(name: string): string {
  if (!IDENTIFIER.test(name)) {
    throw new RoamgridError('malformed_identifier', `Not a database identifier: ${name}`);
  }
  return `"${name}"`;
}

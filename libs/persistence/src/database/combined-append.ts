import { prepared } from './statement.js';

/** An INSERT and its parameters, `$1` first. */
export interface Appended {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

const statements = new Map<string, string>();

/** Several INSERTs as one statement, which PostgreSQL does wholly or not at all. */
export function combined(appended: readonly Appended[]): Appended {
  const [only] = appended;
  if (only !== undefined && appended.length === 1) return only;
  const key = appended.map(({ sql }) => sql).join(';');
  let sql = statements.get(key);
  if (sql === undefined) {
    sql = prepared(combine(appended));
    statements.set(key, sql);
  }
  return { sql, parameters: appended.flatMap(({ parameters }) => parameters) };
}

/** All but the last stand in front of it as common table expressions that change data. */
function combine(appended: readonly Appended[]): string {
  let taken = 0;
  const parts = appended.map(({ sql, parameters }) => {
    const offset = taken;
    taken += parameters.length;
    return sql.replaceAll(/\$(\d+)/g, (_, number: string) => `$${String(Number(number) + offset)}`);
  });
  const ahead = parts.slice(0, -1).map((part, place) => `appended_${String(place)} AS (${part})`);
  return `WITH ${ahead.join(', ')} ${parts.at(-1) ?? ''}`;
}

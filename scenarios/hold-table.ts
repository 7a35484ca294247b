import pg from 'pg';
import { at, text, type Gateway } from './gateway.js';
import { sharedGateway } from './shared-gateway.js';

/**
 * Of the gateway that stories share: nobody of the utility gets at the table until it is let go: whoever needs it falls silent, as with a disk that
 * hangs.
 */
export async function holdTable(utility: string, table: string): Promise<() => Promise<void>> {
  const url = new URL(sharedGateway().databaseUrl);
  url.pathname = `/rg_${utility.replaceAll('-', '_')}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}

export interface Negotiated {
  readonly negotiationId: string;
  readonly body: unknown;
}

/** The negotiation that a session's price came from, as a utility shows it once it is over there. */
export async function negotiationOf(
  gateway: Gateway,
  utility: string,
  sessionId: string,
  isReady: (body: unknown) => boolean = () => true,
): Promise<Negotiated> {
  let found: Negotiated | undefined;
  await gateway.until(async () => {
    const session = await gateway.api(utility, 'GET', `/sessions/${sessionId}`);
    const id = at(session.body, 'negotiationId');
    const { status, body } = await gateway.api(utility, 'GET', `/negotiations/${String(id)}`);
    if (status !== 200 || !isReady(body)) return false;
    found = { negotiationId: text(body, 'negotiationId'), body };
    return true;
  }, 'the negotiation can be read');
  if (found === undefined) throw new Error('no negotiation');
  return found;
}

import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;

/** Runs `work` on one connection of the administrator's and closes it. */
export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'roamgrid administration',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  let lost: Error | undefined;
  client.on('error', (error) => {
    lost = error;
  });
  await client.connect();
  try {
    return await work(client);
  } catch (error) {
    throw lost ?? error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { busAccounts } from '@roamgrid/messaging';

/** An invoice with all its CDRs is one message; nats-server's own limit is one megabyte. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

export interface BusConfigurationOptions {
  readonly dataDir: string;
  /** `127.0.0.1:4222` */
  readonly listen: string;
  readonly utilities: readonly string[];
  readonly passwordOf: (user: string) => string;
  /** a user who is not let in yet */
  readonly without?: string | undefined;
}

/** Writes `DATA_DIR/nats-server.conf`, which holds passwords. @returns its path */
export async function writeBusConfiguration(options: BusConfigurationOptions): Promise<string> {
  const { listen, utilities, passwordOf, without } = options;
  const { accounts } = busAccounts(utilities, passwordOf);
  const path = join(options.dataDir, 'nats-server.conf');
  // its language is a superset of JSON
  const configuration = {
    listen,
    server_name: 'roamgrid',
    max_payload: MAX_PAYLOAD_BYTES,
    accounts: Object.fromEntries(
      Object.entries(accounts).map(([name, account]) => [
        name,
        { ...account, users: account.users.filter(({ user }) => user !== without) },
      ]),
    ),
  };
  await writeFile(path, `${JSON.stringify(configuration, null, 2)}\n`, { mode: 0o600 });
  return path;
}

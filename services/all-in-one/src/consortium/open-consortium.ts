import { systemClock, systemIds, type Log, type Registry } from '@roamgrid/platform';
import { publishedKeys } from '@roamgrid/portal';
import type { Databases } from '../databases.js';
import type { CredentialsFile } from '../demonstration/credentials-file.js';
import { Consortium, type MemberHost } from './consortium.js';
import { startConsortiumServer, type RunningConsortium } from './consortium-server.js';
import { RequestKeys } from './request-keys.js';

export interface OpenConsortiumOptions {
  readonly dataDir: string;
  readonly registry: Registry;
  readonly databases: Pick<Databases, 'provisionUtility'>;
  readonly credentials: CredentialsFile;
  readonly members: MemberHost;
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  readonly jwksUri: string;
  readonly log: Log;
}

/** Serves the consortium's administrator, whatever the members' services run in. */
export async function openConsortium(options: OpenConsortiumOptions): Promise<RunningConsortium> {
  const { dataDir, registry, databases, credentials, members, host, port, log } = options;
  return startConsortiumServer({
    consortium: new Consortium({ dataDir, registry, databases, credentials, host: members }),
    keys: await RequestKeys.open(dataDir),
    dataDir,
    host,
    port,
    tokens: {
      issuer: credentials.current.issuer,
      keys: publishedKeys(options.jwksUri),
      now: () => systemClock.now(),
    },
    ids: systemIds,
    log: log.child({ service: 'consortium' }),
  });
}

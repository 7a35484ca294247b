import { join } from 'node:path';
import { AaaModule, aaaMigrations } from '@roamgrid/aaa';
import { CrpModule, crpMigrations } from '@roamgrid/crp';
import type { LedgerPort } from '@roamgrid/ledger';
import type { BusTransport } from '@roamgrid/messaging';
import {
  openService,
  runService,
  type Clock,
  type IdSource,
  type Log,
  type Metrics,
  type OutwardConfiguration,
  type Registry,
  type RunningService,
  type ServiceContext,
} from '@roamgrid/platform';
import { portalMigrations, publishedKeys, startPortal } from '@roamgrid/portal';
import { ProfilesModule, profilesMigrations } from '@roamgrid/profiles';
import { openPairSecrets, SettlementModule, settlementMigrations } from '@roamgrid/settlement';
import type { Databases } from './databases.js';

export interface UtilityServicesParts {
  readonly databases: Databases;
  readonly dataDir: string;
  readonly transport: BusTransport;
  readonly registry: Registry;
  readonly ledger: LedgerPort;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly host: string;
  readonly issuer: string;
  readonly jwksUri: string;
  /** systems that money leaves for; sandboxes stand in for those not named */
  readonly outward?: OutwardConfiguration | undefined;
}

export interface RunningUtility {
  readonly utility: string;
  readonly portalPort: number;
  readonly contexts: readonly ServiceContext[];
  stop(): Promise<void>;
}

/** Starts the services of one utility in this process, in the order of the flow. */
export async function startUtility(
  parts: UtilityServicesParts,
  utility: string,
): Promise<RunningUtility> {
  const open = (
    service: 'aaa' | 'profiles' | 'crp' | 'settlement' | 'portal',
    migrations: Parameters<typeof openService>[0]['migrations'],
  ): Promise<ServiceContext> =>
    openService({
      ...parts,
      utility,
      service,
      migrations,
      databaseUrl: parts.databases.urlOf(utility, service),
    });
  const [aaa, profiles, crp, settlement, portal, pairSecretOf] = await Promise.all([
    open('aaa', aaaMigrations),
    open('profiles', profilesMigrations),
    open('crp', crpMigrations),
    open('settlement', settlementMigrations),
    open('portal', portalMigrations),
    openPairSecrets(join(parts.dataDir, 'keys', 'pairs'), utility, parts.registry),
  ]);
  const { host, issuer, jwksUri, ledger, outward } = parts;
  const api = await startPortal(portal, { host, port: 0, issuer, keys: publishedKeys(jwksUri) });
  const running: RunningService[] = [
    await runService(
      settlement,
      SettlementModule.with(settlement, { ledger, pairSecretOf, outward }),
    ),
    await runService(crp, CrpModule.with(crp)),
    await runService(profiles, await ProfilesModule.with(profiles)),
    await runService(aaa, AaaModule.with(aaa)),
  ];
  return {
    utility,
    portalPort: api.port,
    contexts: [aaa, profiles, crp, settlement, portal],
    async stop() {
      for (const service of [...running].reverse()) await service.stop();
      await api.stop();
    },
  };
}

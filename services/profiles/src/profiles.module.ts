import { Module, type DynamicModule } from '@nestjs/common';
import { outboxMigrations, type MigrationClass } from '@roamgrid/persistence';
import { decryptPin, openKeyFile, type ServiceContext } from '@roamgrid/platform';
import { askDirectory, askRetailTariff, askRevocations } from './adapters/bus-home-utilities.js';
import { busOwnServices } from './adapters/bus-own-services.js';
import { busVisitedUtilities } from './adapters/bus-visited-utilities.js';
import { PostgresConsumers } from './adapters/postgres-consumers.js';
import { PostgresContracts } from './adapters/postgres-contracts.js';
import { PostgresCredentials } from './adapters/postgres-credentials.js';
import { PostgresDirectory } from './adapters/postgres-directory.js';
import { PostgresHeldMandates } from './adapters/postgres-held-mandates.js';
import { PostgresIssuedMandates } from './adapters/postgres-issued-mandates.js';
import { PostgresOffline } from './adapters/postgres-offline.js';
import { PostgresPinGate } from './adapters/postgres-pin-gate.js';
import { ContractHandlers } from './contract.handlers.js';
import { DirectoryHandlers } from './directory.handlers.js';
import { joinedRuns } from './joined-runs.js';
import { CreateProfiles } from './migrations/1732150000001-create-profiles.js';
import { RecallMandates } from './migrations/1732190000003-recall-mandates.js';
import { TokenDirectory } from './migrations/1732190000004-token-directory.js';
import { KeepMandatesAsText } from './migrations/1780000000001-keep-mandates-as-text.js';
import { KeepAgreementStandings } from './migrations/1780000000010-keep-agreement-standings.js';
import { CountRunningCharges } from './migrations/1795280000030-count-running-charges.js';
import { CountOfflineMandates } from './migrations/1795300000000-count-offline-mandates.js';
import { DriverContracts } from './migrations/1795310000000-driver-contracts.js';
import { LargeDirectories } from './migrations/1795320000000-large-directories.js';
import { OfflineMandates } from './migrations/1795280000000-offline-mandates.js';
import { OfflineHandlers } from './offline.handlers.js';
import { OneAtATime } from './one-at-a-time.js';
import { PROFILES_USE_CASES, ProfilesHandlers } from './profiles.handlers.js';
import { profilesUseCases, type ProfilesParts } from './profiles.use-cases.js';
import { PublishingRounds } from './publishing-rounds.js';
import { ReconcileTimer, REGULAR_LOG, REGULAR_WORK, type RegularWork } from './reconcile-timer.js';
import { catchUpRevocations } from './use-cases/catch-up-revocations.js';
import { fetchPricesAhead } from './use-cases/fetch-prices-ahead.js';
import { giveFirstContracts } from './use-cases/give-first-contracts.js';
import { catchUpDirectory, publishDirectory } from './use-cases/keep-directory.js';
import { reconcileCredit } from './use-cases/reconcile-credit.js';

export const profilesMigrations: readonly MigrationClass[] = [
  ...outboxMigrations,
  CreateProfiles,
  RecallMandates,
  TokenDirectory,
  KeepMandatesAsText,
  KeepAgreementStandings,
  OfflineMandates,
  CountRunningCharges,
  CountOfflineMandates,
  DriverContracts,
  LargeDirectories,
];

/** a revocation is in force within a minute: two looks fit into it */
const CATCH_UP_EVERY_MS = 20_000;
const PUBLISH_EVERY_MS = 5_000;

interface ProfilesModuleParts extends ProfilesParts {
  /** one run at a time, whoever asks */
  readonly publishDirectory: () => Promise<void>;
}

async function partsOf(context: ServiceContext): Promise<ProfilesModuleParts> {
  const { database, utility, secret, ids, clock, signer, verifier, bus, registry, log } = context;
  const pinKey = await openKeyFile(context.keyFolder, 'profiles', 'enc');
  const publish = joinedRuns(() => publishDirectory(parts));
  const parts: ProfilesModuleParts = {
    utility,
    ownEntry: registry.entry(utility),
    clock,
    ids,
    signer,
    verifier,
    consumers: new PostgresConsumers({ database, secret, ids, utility }),
    contracts: new PostgresContracts(database),
    credentials: new PostgresCredentials(database, secret, utility),
    directory: new PostgresDirectory(database, utility),
    offline: new PostgresOffline(database, utility),
    pinGate: new PostgresPinGate(database, secret),
    issued: new PostgresIssuedMandates(database, utility),
    held: new PostgresHeldMandates(database, secret, utility),
    services: busOwnServices(bus, utility),
    visited: busVisitedUtilities(bus, utility),
    turns: new OneAtATime(),
    rounds: new PublishingRounds(),
    partners: () =>
      registry.utilities.map((entry) => entry.utility).filter((other) => other !== utility),
    directoryOf: askDirectory(bus, utility),
    tellPartners: () => {
      publish().catch((error: unknown) => {
        log.warn({ error: String(error) }, 'telling partners of a card failed; it is tried again');
      });
    },
    publishDirectory: () => publish(),
    decryptPin: (token) => decryptPin(token, pinKey),
    drain: (wish) => context.outbox.drain(wish),
  };
  return parts;
}

function regularWork(context: ServiceContext, parts: ProfilesModuleParts): RegularWork[] {
  const revocationsOf = askRevocations(context.bus, context.utility);
  const retailTariffOf = askRetailTariff(context.bus, context.utility);
  return [
    {
      name: 'giving back credit',
      everyMs: CATCH_UP_EVERY_MS,
      run: () => reconcileCredit(parts),
    },
    {
      name: 'giving consumers their first contract',
      everyMs: CATCH_UP_EVERY_MS,
      run: () => giveFirstContracts(parts),
    },
    {
      name: 'asking for revocations',
      everyMs: CATCH_UP_EVERY_MS,
      run: () => catchUpRevocations({ ...parts, revocationsOf }),
    },
    {
      name: 'asking for directory entries',
      everyMs: CATCH_UP_EVERY_MS,
      run: () => catchUpDirectory(parts),
    },
    {
      name: 'fetching prices ahead',
      everyMs: CATCH_UP_EVERY_MS,
      run: () => fetchPricesAhead({ ...parts, retailTariffOf }),
    },
    {
      name: 'publishing the token directory',
      everyMs: PUBLISH_EVERY_MS,
      run: () => parts.publishDirectory(),
    },
  ];
}

/** One utility's HCP and VCP. */
@Module({})
export class ProfilesModule {
  static async with(context: ServiceContext): Promise<DynamicModule> {
    const parts = await partsOf(context);
    return {
      module: ProfilesModule,
      controllers: [ProfilesHandlers, ContractHandlers, DirectoryHandlers, OfflineHandlers],
      providers: [
        { provide: PROFILES_USE_CASES, useValue: profilesUseCases(parts) },
        { provide: REGULAR_WORK, useValue: regularWork(context, parts) },
        { provide: REGULAR_LOG, useValue: context.log },
        ReconcileTimer,
      ],
    };
  }
}

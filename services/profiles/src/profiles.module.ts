import { Module, type DynamicModule } from '@nestjs/common';
import { outboxMigrations, type MigrationClass } from '@roamgrid/persistence';
import { decryptPin, openKeyFile, type ServiceContext } from '@roamgrid/platform';
import { busOwnServices } from './adapters/bus-own-services.js';
import { askRevocations } from './adapters/bus-home-utilities.js';
import { busVisitedUtilities } from './adapters/bus-visited-utilities.js';
import { PostgresConsumers } from './adapters/postgres-consumers.js';
import { PostgresHeldMandates } from './adapters/postgres-held-mandates.js';
import { PostgresIssuedMandates } from './adapters/postgres-issued-mandates.js';
import { PostgresPinGate } from './adapters/postgres-pin-gate.js';
import { CreateProfiles } from './migrations/1732150000001-create-profiles.js';
import { RecallMandates } from './migrations/1732190000003-recall-mandates.js';
import { KeepMandatesAsText } from './migrations/1780000000001-keep-mandates-as-text.js';
import { KeepAgreementStandings } from './migrations/1780000000010-keep-agreement-standings.js';
import { OneAtATime } from './one-at-a-time.js';
import { PROFILES_USE_CASES, ProfilesHandlers } from './profiles.handlers.js';
import { profilesUseCases } from './profiles.use-cases.js';
import { RECONCILE, RECONCILE_LOG, ReconcileTimer } from './reconcile-timer.js';
import { catchUpRevocations } from './use-cases/catch-up-revocations.js';
import { reconcileCredit } from './use-cases/reconcile-credit.js';

export const profilesMigrations: readonly MigrationClass[] = [
  ...outboxMigrations,
  CreateProfiles,
  RecallMandates,
  KeepMandatesAsText,
  KeepAgreementStandings,
];

/** One utility's HCP and VCP. */
@Module({})
export class ProfilesModule {
  static async with(context: ServiceContext): Promise<DynamicModule> {
    const { database, utility, secret, ids, clock, signer, verifier, bus } = context;
    const pinKey = await openKeyFile(context.keyFolder, 'profiles', 'enc');
    const issued = new PostgresIssuedMandates(database, utility);
    const held = new PostgresHeldMandates(database, secret, utility);
    const useCases = profilesUseCases({
      utility,
      ownEntry: context.registry.entry(utility),
      clock,
      ids,
      signer,
      verifier,
      consumers: new PostgresConsumers({ database, secret, ids, utility }),
      pinGate: new PostgresPinGate(database, secret),
      issued,
      held,
      services: busOwnServices(bus, utility),
      visited: busVisitedUtilities(bus, utility),
      turns: new OneAtATime(),
      decryptPin: (token) => decryptPin(token, pinKey),
      drain: () => context.outbox.drain(),
    });
    const reconcile = async (): Promise<void> => {
      await reconcileCredit({ issued, clock });
      await catchUpRevocations({
        utility,
        held,
        verifier,
        revocationsOf: askRevocations(bus, utility),
      });
    };
    return {
      module: ProfilesModule,
      controllers: [ProfilesHandlers],
      providers: [
        { provide: PROFILES_USE_CASES, useValue: useCases },
        { provide: RECONCILE, useValue: reconcile },
        { provide: RECONCILE_LOG, useValue: context.log },
        ReconcileTimer,
      ],
    };
  }
}

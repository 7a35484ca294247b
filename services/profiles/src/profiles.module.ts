import { Module, type DynamicModule } from '@nestjs/common';
import { CreateOutbox, type MigrationClass } from '@roamgrid/persistence';
import { decryptPin, openKeyFile, type ServiceContext } from '@roamgrid/platform';
import { busOwnServices } from './adapters/bus-own-services.js';
import { PostgresConsumers } from './adapters/postgres-consumers.js';
import { PostgresHeldMandates } from './adapters/postgres-held-mandates.js';
import { PostgresIssuedMandates } from './adapters/postgres-issued-mandates.js';
import { PostgresPinGate } from './adapters/postgres-pin-gate.js';
import { CreateProfiles } from './migrations/1732150000001-create-profiles.js';
import { PROFILES_USE_CASES, ProfilesHandlers } from './profiles.handlers.js';
import { profilesUseCases } from './profiles.use-cases.js';

export const profilesMigrations: readonly MigrationClass[] = [CreateOutbox, CreateProfiles];

/** One utility's HCP and VCP. */
@Module({})
export class ProfilesModule {
  static async with(context: ServiceContext): Promise<DynamicModule> {
    const { database, utility, secret, ids, clock, signer, verifier, bus } = context;
    const pinKey = await openKeyFile(context.keyFolder, 'profiles', 'enc');
    const useCases = profilesUseCases({
      utility,
      ownEntry: context.registry.entry(utility),
      clock,
      ids,
      signer,
      verifier,
      consumers: new PostgresConsumers({ database, secret, ids, utility }),
      pinGate: new PostgresPinGate(database, secret),
      issued: new PostgresIssuedMandates(database, utility),
      held: new PostgresHeldMandates(database, secret, utility),
      services: busOwnServices(bus, utility),
      decryptPin: (token) => decryptPin(token, pinKey),
      drain: () => context.outbox.drain(),
    });
    return {
      module: ProfilesModule,
      controllers: [ProfilesHandlers],
      providers: [{ provide: PROFILES_USE_CASES, useValue: useCases }],
    };
  }
}

import { Module, type DynamicModule } from '@nestjs/common';
import {
  cancelReservationForHome,
  readReservationForHome,
  reserveForHome,
  authenticateConsumer,
  type DrainRequest,
  issueMandate,
  type listWireLog,
  type RequestOf,
} from '@roamgrid/contracts';
import { outboxMigrations, type MigrationClass } from '@roamgrid/persistence';
import { keyedHash, type ServiceContext } from '@roamgrid/platform';
import {
  AAA_DRAIN,
  AAA_HOME,
  AAA_USE_CASES,
  AAA_WIRE_LOG,
  HomeHandlers,
  StaffHandlers,
  StationHandlers,
} from './aaa.handlers.js';
import { aaaUseCases, type AllAaaParts } from './aaa.use-cases.js';
import type { AaaParts } from './aaa-parts.js';
import { busNeighbours } from './adapters/bus-neighbours.js';
import { PostgresSessionAudit } from './adapters/postgres-session-audit.js';
import { PostgresStandings } from './adapters/postgres-standings.js';
import { busStationCaller } from './adapters/bus-station-caller.js';
import { IdentifierSeal } from './adapters/identifier-seal.js';
import { identityKeysWith } from './adapters/identity-keys.js';
import { PostgresLocalLists } from './adapters/postgres-local-lists.js';
import { PostgresEventStore } from './adapters/postgres-event-store.js';
import { PostgresOperations } from './adapters/postgres-operations.js';
import { PostgresPower } from './adapters/postgres-power.js';
import { PostgresReservations } from './adapters/postgres-reservations.js';
import { PostgresStations } from './adapters/postgres-stations.js';
import { PostgresStore } from './adapters/postgres-store.js';
import { PostgresVisits } from './adapters/postgres-visits.js';
import { PostgresWireLog } from './adapters/postgres-wire-log.js';
import { AAA_COMMANDS, CommandHandlers, type CommandUseCases } from './command.handlers.js';
import { AAA_AUDIT, AuditHandlers } from './audit.handlers.js';
import { SITE_POWER, SITE_POWER_LOG, SitePowerTimer } from './site-power-timer.js';
import { LOCAL_LIST_LOG, LOCAL_LISTS, LocalListTimer } from './local-list-timer.js';
import { EXPIRE_SESSIONS, EXPIRY_LOG, ExpiryTimer } from './expiry-timer.js';
import { CreateAaa } from './migrations/1732150000002-create-aaa.js';
import { ClaimStationIds } from './migrations/1732150000010-claim-station-ids.js';
import { CloseMandates } from './migrations/1732190000002-close-mandates.js';
import { CreatePartnerStandings } from './migrations/1732150000030-create-partner-standings.js';
import { EndSuspenseAsBillOrCredit } from './migrations/1795267200000-end-suspense-as-bill-or-credit.js';
import { KeepOperations } from './migrations/1732200000020-keep-operations.js';
import { CountOfflineUse } from './migrations/1795280000010-count-offline-use.js';
import { TimeCancellations } from './migrations/1795320000030-time-cancellations.js';
import { CorrectMandateUse } from './migrations/1795310000000-correct-mandate-use.js';
import { FindEarlierMandates } from './migrations/1795290000010-find-earlier-mandates.js';
import { KeepLocalLists } from './migrations/1795290000000-keep-local-lists.js';
import { RegisterMeters } from './migrations/1795300000020-register-meters.js';
import { LimitPower } from './migrations/1795300000010-limit-power.js';
import { NameConnections } from './migrations/1795320000020-name-connections.js';
import { EndReservations } from './migrations/1795300000000-end-reservations.js';
import { ReserveConnectors } from './migrations/1795268000000-reserve-connectors.js';
import {
  commandStationWith,
  readOperationWith,
  type CommandParts,
} from './use-cases/command-station.js';
import { cancelReservationForHomeWith } from './use-cases/cancel-for-home.js';
import { readReservationForHomeWith, reserveForHomeWith } from './use-cases/reserve-for-home.js';
import { KeepSessionsAsText } from './migrations/1780000000001-keep-sessions-as-text.js';
import { replayChargesWith } from './use-cases/replay-charges.js';
import { sitePowerWith, type SitePower } from './use-cases/share-site-power.js';
import { localListsWith, type LocalLists } from './use-cases/push-local-lists.js';
import { expireSessions } from './use-cases/expire-sessions.js';
import { releaseSilentChargesWith } from './use-cases/release-silent-charges.js';
import { RememberedVisits } from './remembered-visits.js';
import { ShownLately } from './shown-lately.js';
import { SilentHomes } from './silent-homes.js';

export { PostgresEventStore } from './adapters/postgres-event-store.js';

export const aaaMigrations: readonly MigrationClass[] = [
  ...outboxMigrations,
  CreateAaa,
  ClaimStationIds,
  CloseMandates,
  CreatePartnerStandings,
  EndSuspenseAsBillOrCredit,
  KeepOperations,
  KeepSessionsAsText,
  ReserveConnectors,
  CountOfflineUse,
  KeepLocalLists,
  FindEarlierMandates,
  CorrectMandateUse,
  NameConnections,
  TimeCancellations,
  EndReservations,
  LimitPower,
  RegisterMeters,
];

function partsOf(context: ServiceContext): AllAaaParts {
  const { utility, database, metrics, bus, secret, signer, verifier, clock, ids } = context;
  const seal = new IdentifierSeal(secret);
  return {
    utility,
    utilityName: context.registry.entry(utility).name,
    partners: () =>
      context.registry.utilities.map((entry) => entry.utility).filter((slug) => slug !== utility),
    store: new PostgresStore(database, utility, metrics),
    events: new PostgresEventStore(database, utility),
    stations: new PostgresStations(database, utility),
    visits: new PostgresVisits(database),
    standings: new PostgresStandings(database),
    neighbours: busNeighbours(bus, utility),
    remembered: new RememberedVisits(),
    silentHomes: new SilentHomes(clock),
    shownLately: new ShownLately(clock),
    signer,
    verifier,
    clock,
    ids,
    identityKeyOf: identityKeysWith(secret),
    sealIdentifier: (identity) => seal.close(identity),
    passwordKeyOf: (digest) => keyedHash(secret, digest),
    authenticate: (request) => bus.request(authenticateConsumer, utility, request),
  };
}

function commandsOf({ bus, database, utility }: ServiceContext, parts: AaaParts): CommandUseCases {
  const background = new Set<Promise<void>>();
  const commandParts: CommandParts = {
    ...parts,
    operations: new PostgresOperations(database),
    reservations: new PostgresReservations(database),
    stationCaller: busStationCaller(bus, utility),
    background,
  };
  return {
    commandStation: commandStationWith(commandParts),
    readOperation: readOperationWith(commandParts),
    reserveForHome: reserveForHomeWith(commandParts),
    readReservationForHome: readReservationForHomeWith(commandParts),
    askReservation: ({ visitedUtility, ...wish }) =>
      bus.request(reserveForHome, visitedUtility, { ...wish, homeUtility: utility }),
    findReservation: ({ visitedUtility, reservationId }) =>
      bus.request(readReservationForHome, visitedUtility, { homeUtility: utility, reservationId }),
    cancelReservation: ({ visitedUtility, reservationId }) =>
      bus.request(cancelReservationForHome, visitedUtility, {
        homeUtility: utility,
        reservationId,
      }),
    cancelReservationForHome: cancelReservationForHomeWith(commandParts),
    background,
  };
}

function localListsOf(context: ServiceContext, parts: AaaParts): LocalLists {
  const { bus, database, log, secret, utility } = context;
  return localListsWith({
    ...parts,
    lists: new PostgresLocalLists(database, new IdentifierSeal(secret)),
    stationCaller: busStationCaller(bus, utility),
    onFailure: (stationId, error) => {
      log.warn({ stationId, error: String(error) }, 'a local list was not sent; it is tried again');
    },
  });
}

function sitePowerOf({ bus, database, log, utility }: ServiceContext, parts: AaaParts): SitePower {
  return sitePowerWith({
    ...parts,
    power: new PostgresPower(database),
    stationCaller: busStationCaller(bus, utility),
    onFailure: (siteId, error) => {
      log.warn(
        { siteId, error: String(error) },
        'a site was not told its limits; it is tried again',
      );
    },
  });
}

function auditOf(database: ServiceContext['database'], parts: AaaParts) {
  const audit = new PostgresSessionAudit(database);
  const replay = replayChargesWith({
    storedCharges: (after, limit) => audit.storedCharges(after, limit),
    findStation: (stationId) => parts.stations.find(stationId),
  });
  return {
    check: () => audit.check(),
    endedCharges: (after: string | null, limit: number) => audit.endedCharges(after, limit),
    replay,
  };
}

/** What ends by itself when nothing more is heard of it. */
function expiryOf(parts: AaaParts): () => Promise<number> {
  const releaseSilent = releaseSilentChargesWith(parts);
  return async () => (await expireSessions(parts)) + (await releaseSilent());
}

/** One utility's AAA, in both roles. */
@Module({})
export class AaaModule {
  static with(context: ServiceContext): DynamicModule {
    const { utility, database, bus } = context;
    const parts = partsOf(context);
    const wireLog = new PostgresWireLog(database);
    const commands = commandsOf(context, parts);
    const home = {
      issueMandate: (request: RequestOf<typeof issueMandate>) =>
        bus.request(issueMandate, utility, request),
    };
    return {
      module: AaaModule,
      controllers: [StationHandlers, HomeHandlers, StaffHandlers, CommandHandlers, AuditHandlers],
      providers: [
        { provide: AAA_USE_CASES, useValue: aaaUseCases(parts) },
        {
          provide: AAA_WIRE_LOG,
          useValue: (request: RequestOf<typeof listWireLog>) => wireLog.list(request),
        },
        { provide: AAA_COMMANDS, useValue: commands },
        { provide: AAA_AUDIT, useValue: auditOf(database, parts) },
        { provide: AAA_HOME, useValue: home },
        { provide: AAA_DRAIN, useValue: (wish: DrainRequest) => context.outbox.drain(wish) },
        { provide: EXPIRE_SESSIONS, useValue: expiryOf(parts) },
        { provide: EXPIRY_LOG, useValue: context.log },
        ExpiryTimer,
        { provide: LOCAL_LISTS, useValue: localListsOf(context, parts) },
        { provide: LOCAL_LIST_LOG, useValue: context.log },
        LocalListTimer,
        { provide: SITE_POWER, useValue: sitePowerOf(context, parts) },
        { provide: SITE_POWER_LOG, useValue: context.log },
        SitePowerTimer,
      ],
    };
  }
}

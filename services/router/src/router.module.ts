import { Module, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { nestLogger } from '@roamgrid/platform';
import { WsStationSockets } from './adapters/ws-station-sockets.js';
import { ROUTER_CONTEXT, StationHandlers } from './http/station.handlers.js';
import { Switchboard } from './ocpp/switchboard.js';
import type { RouterContext, RouterParts } from './router.context.js';
import { createHttpApp, type RouterAddress, type RunningRouter } from './start-router.js';
import {
  STATION_CALLS,
  StationCallHandlers,
  type StationCallParts,
} from './station-calls.handlers.js';
import { PasswordGuard } from './stations/password-guard.js';
import { ProbeGuard } from './stations/probe-guard.js';
import { StationDirectory } from './stations/station-directory.js';
import { StationGate } from './stations/station-gate.js';

export { stationApiDocument } from './http/station-api-document.js';
export type { CallOutcome, StationCalls } from './ports.js';
export type { RouterContext } from './router.context.js';
export type { RouterAddress, RunningRouter } from './start-router.js';

@Module({})
export class RouterModule {
  static with(parts: RouterParts): DynamicModule {
    return {
      module: RouterModule,
      controllers: [StationHandlers],
      providers: [{ provide: ROUTER_CONTEXT, useValue: parts }],
    };
  }
}

@Module({})
class StationCallModule {
  static with(parts: StationCallParts): DynamicModule {
    return {
      module: StationCallModule,
      controllers: [StationCallHandlers],
      providers: [{ provide: STATION_CALLS, useValue: parts }],
    };
  }
}

/** Listens for what one utility asks of its stations. */
async function startCallService(parts: StationCallParts): Promise<INestMicroservice> {
  const { context, utility } = parts;
  const service = await NestFactory.createMicroservice<MicroserviceOptions>(
    StationCallModule.with(parts),
    {
      strategy: context.transport.server(utility, 'router'),
      logger: nestLogger(context.log),
      abortOnError: false,
    },
  );
  await service.listen();
  return service;
}

/** Those that were named, or all members of the consortium, of whom there may be more later. */
function servedBy({ utilities, registry }: RouterContext): () => readonly string[] {
  return () => utilities ?? registry.utilities.map(({ utility }) => utility);
}

/** Serves the station HTTP API and the OCPP sockets on one port. */
export async function startRouter(
  context: RouterContext,
  address: RouterAddress,
): Promise<RunningRouter> {
  const { bus, clock } = context;
  const utilities = servedBy(context);
  const parts: RouterParts = { ...context, probes: new ProbeGuard(clock) };
  const gate = new StationGate(
    new StationDirectory({ bus, clock, utilities }),
    new PasswordGuard(clock),
  );
  const switchboard = new Switchboard(parts);
  const app = await createHttpApp(context, RouterModule.with(parts), gate);
  const server = app.getHttpServer();
  const sockets = new WsStationSockets({
    server,
    context,
    gate,
    admit: (station, socket) => switchboard.admit(station, socket),
  });
  const callServices = new Map<string, INestMicroservice>();
  const startMissing = async (): Promise<void> => {
    for (const utility of utilities().filter((one) => !callServices.has(one))) {
      callServices.set(utility, await startCallService({ context, utility, switchboard }));
    }
  };
  await startMissing();
  context.registry.onChange(startMissing);
  await app.listen(address.port, address.host);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    call: (stationId, action, payload) => switchboard.call(stationId, action, payload),
    async stop() {
      await switchboard.close();
      sockets.close();
      await Promise.all([...callServices.values()].map((service) => service.close()));
      await app.close();
    },
  };
}

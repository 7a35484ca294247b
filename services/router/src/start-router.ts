import { NestFactory } from '@nestjs/core';
import type { DynamicModule } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { nestLogger, ProblemFilter } from '@roamgrid/platform';
import { installStationHttp } from './http/install-station-http.js';
import type { CallOutcome } from './ports.js';
import type { RouterContext } from './router.context.js';
import type { StationGate } from './stations/station-gate.js';

const GREATEST_BODY_BYTES = 65_536;

export interface RouterAddress {
  readonly host: string;
  /** 0 takes any free port */
  readonly port: number;
}

export interface RunningRouter {
  readonly port: number;
  /** Calls a connected station; one outstanding call per station. */
  call(stationId: string, action: string, payload: object): Promise<CallOutcome>;
  stop(): Promise<void>;
}

/** The router's HTTP face, ready to listen. */
export async function createHttpApp(
  context: RouterContext,
  module: DynamicModule,
  gate: StationGate,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: GREATEST_BODY_BYTES,
    genReqId: () => context.ids.uuid(),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(context.log),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  installStationHttp(app.getHttpAdapter().getInstance(), gate);
  return app;
}

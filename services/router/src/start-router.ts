import { NestFactory } from '@nestjs/core';
import type { DynamicModule } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RoamgridError } from '@roamgrid/kernel';
import { nestLogger, problemOf, ProblemFilter } from '@roamgrid/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { installStationHttp } from './http/install-station-http.js';
import type { CallOutcome } from './ports.js';
import type { RouterContext } from './router.context.js';
import type { StationGate } from './stations/station-gate.js';

const GREATEST_BODY_BYTES = 65_536;
const GREATEST_PARAMETER_CHARACTERS = 1_000;

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
    // an id that is none is looked up as any other; what is longer is refused before
    routerOptions: { maxParamLength: GREATEST_PARAMETER_CHARACTERS },
    // the framework's own answer repeats the path
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const error = new RoamgridError('not_found', 'no such page');
      void reply
        .status(error.status)
        .type('application/problem+json; charset=utf-8')
        .send(JSON.stringify(problemOf(error, request.id)));
    },
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

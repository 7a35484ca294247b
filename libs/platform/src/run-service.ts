import { NestFactory } from '@nestjs/core';
import type { DynamicModule, INestMicroservice } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { nestLogger } from './log.js';
import type { ServiceContext } from './service-context.js';

export interface RunningService {
  stop(): Promise<void>;
}

/** Starts a utility's service: listens on the bus, then lets its outbox run. */
export async function runService(
  context: ServiceContext,
  module: DynamicModule,
): Promise<RunningService> {
  const strategy = context.transport.server(context.utility, context.service);
  const app: INestMicroservice = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    strategy,
    logger: nestLogger(context.log),
    abortOnError: false,
  });
  await app.listen();
  await context.outbox.start();
  return {
    async stop() {
      await context.outbox.stop();
      await app.close();
      await context.bus.close();
      await context.database.close();
    },
  };
}

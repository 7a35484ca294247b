import { randomUUID } from 'node:crypto';
import { Controller, Inject, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { decimalString, defineContract, type RequestOf } from '@roamgrid/contracts';
import { Handles, NestBus, type BusTransport, type MessageMeta } from '@roamgrid/messaging';
import { z } from 'zod';

export const HOME = 'duke-energy';
export const VISITED = 'alabama-power';

const shape = {
  kind: 'command',
  service: 'crp',
  name: 'echo',
  version: 1,
  summary: 'says again what it was told',
  senders: ['aaa'],
  scope: 'partner',
} as const;

/** A message that no service has; what it says comes back. */
export const echo = defineContract({
  ...shape,
  request: z.strictObject({
    text: z.string(),
    amount: decimalString.optional(),
    note: z.string().optional(),
  }),
  reply: z.strictObject({
    text: z.string(),
    by: z.string(),
    traceId: z.string().nullable(),
    note: z.string().optional(),
  }),
});

/** The same message as a program of another version knows it: anything goes. */
export const looseEcho = defineContract({ ...shape, request: z.unknown(), reply: z.unknown() });

export type EchoRequest = RequestOf<typeof echo>;
/** What the service does with a message; it may give what the contract does not allow. */
export type Behaviour = (request: EchoRequest, meta: MessageMeta) => unknown;

const BEHAVIOUR = Symbol('Behaviour');

@Controller()
class EchoHandlers {
  readonly #behaviour: Behaviour;

  constructor(@Inject(BEHAVIOUR) behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  @Handles(echo)
  async echo(request: EchoRequest, meta: MessageMeta): Promise<z.input<(typeof echo)['reply']>> {
    return (await this.#behaviour(request, meta)) as z.input<(typeof echo)['reply']>;
  }
}

@Module({})
class EchoModule {
  static with(behaviour: Behaviour): DynamicModule {
    return {
      module: EchoModule,
      controllers: [EchoHandlers],
      providers: [{ provide: BEHAVIOUR, useValue: behaviour }],
    };
  }
}

export interface RunningEcho {
  close(): Promise<void>;
}

/** One instance of a utility's crp that knows the echo and nothing else. */
export async function startEcho(
  transport: BusTransport,
  utility: string,
  behaviour: Behaviour,
): Promise<RunningEcho> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    EchoModule.with(behaviour),
    { strategy: transport.server(utility, 'crp'), logger: false, abortOnError: false },
  );
  await app.listen();
  return app;
}

export function openBus(transport: BusTransport, from = `${VISITED}/aaa`): NestBus {
  return new NestBus({
    client: transport.client(),
    from,
    now: () => Date.now(),
    newTraceId: () => randomUUID(),
  });
}

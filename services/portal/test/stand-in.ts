import type { CustomTransportStrategy, Server } from '@nestjs/microservices';
import {
  drainAaa,
  drainCrp,
  drainProfiles,
  drainSettlement,
  subjectOf,
  type Contract,
  type RequestOf,
} from '@roamgrid/contracts';
import { answer, type BusTransport } from '@roamgrid/messaging';
import type { z } from 'zod';

type Reply<C extends Contract> = (
  request: RequestOf<C>,
) => z.input<C['reply']> | Promise<z.input<C['reply']>>;

/** The other services of a utility, played: what they are asked is kept, what they answer is told. */
export class StandInServices {
  readonly asked: { readonly subject: string; readonly request: unknown }[] = [];
  readonly #replies = new Map<string, Reply<Contract>>();

  constructor(transport: BusTransport, utility: string, contracts: readonly Contract[]) {
    const server = transport.server(utility, 'stand-in') as CustomTransportStrategy & Server;
    const drains = [drainAaa, drainCrp, drainProfiles, drainSettlement];
    for (const contract of new Set([...contracts, ...drains])) {
      const subject = subjectOf(contract);
      server.addHandler(subject, (envelope: unknown) =>
        answer(contract, envelope, async (request) => {
          this.asked.push({ subject, request });
          return (await this.#replies.get(subject)?.(request)) ?? {};
        }),
      );
    }
    server.listen(() => undefined);
  }

  replies<C extends Contract>(contract: C, reply: Reply<C>): void {
    this.#replies.set(subjectOf(contract), reply);
  }

  subjects(): string[] {
    return this.asked.map(({ subject }) => subject);
  }

  requestsOf(contract: Contract): unknown[] {
    return this.asked
      .filter(({ subject }) => subject === subjectOf(contract))
      .map(({ request }) => request);
  }
}

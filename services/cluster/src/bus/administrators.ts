import type { Contract, ReplyOf, RequestInput } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { busUserOf, natsTransport, NestBus, type Bus } from '@roamgrid/messaging';
import { systemClock, systemIds } from '@roamgrid/platform';

/** A first start on a busy machine: two dozen programs begin at once, and only the start itself waits. */
const ANSWER_WITHIN_MS = 60_000;

/** Speaks to each utility as that utility's own administrator: nobody may do it for all. */
export function openAdministrators(
  utilities: readonly string[],
  busUrlOf: (user: string) => string,
): Bus {
  const buses = new Map(
    utilities.map((utility): [string, Bus] => {
      const from = busUserOf(utility, 'administrator');
      const client = natsTransport(busUrlOf(from)).client();
      const now = (): number => systemClock.now();
      return [utility, new NestBus({ client, from, now, newTraceId: () => systemIds.uuid() })];
    }),
  );
  const busOf = (utility: string): Bus => {
    const bus = buses.get(utility);
    if (bus === undefined) throw new RoamgridError('not_found', `no utility ${utility}`);
    return bus;
  };
  return {
    request: <C extends Contract>(
      contract: C,
      to: string,
      payload: RequestInput<C>,
    ): Promise<ReplyOf<C>> =>
      busOf(to).request(contract, to, payload, { timeoutMs: ANSWER_WITHIN_MS }),
    deliver: (subject, to, payload) => busOf(to).deliver(subject, to, payload),
    async close() {
      await Promise.all([...buses.values()].map((bus) => bus.close()));
    },
  };
}

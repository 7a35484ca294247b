import { DemoFault } from '../demo-fault.js';
import type { PlayedStation } from './played-station.js';

/** Lists are pushed every ten seconds or so. */
const LISTED_MS = 60_000;

/**
 * The station's line goes dead; until it is back the station lets charge whom its own list names, somebody who was not
 * here before where it can, so that no quote helps.
 *
 * @returns who comes then, null where the list names nobody of the swarm
 */
export async function goOffline({ swarm, player, seen }: PlayedStation): Promise<string | null> {
  const line = player.called?.line;
  if (line === undefined) return null;
  const fleets = swarm.drivers.flatMap(({ fleet }) => fleet);
  const listed = (): string[] => fleets.filter((cin) => line.localList.allows(cin));
  const cin = await swarm.gateway
    .until('the list of the station names a driver', LISTED_MS, () =>
      Promise.resolve(listed().find((one) => !seen.has(one)) ?? null),
    )
    .catch((error: unknown) => {
      if (!(error instanceof DemoFault)) throw error;
      return listed()[0] ?? null;
    });
  if (cin !== null) await line.lose();
  return cin;
}

import { showElsewhere, showHere, showSecondCard } from './intrude.js';
import type { OwnRecord } from './own-record.js';
import type { PlannedCharge } from './plan.js';
import type { Planned } from './planned.js';
import { playBeside } from './play-beside.js';
import type { Others } from './play-charge.js';
import { driverOf, placeOf } from './played-station.js';
import { callStation, reserve } from './desk.js';
import type { RemoteCall } from './player.js';

/** Somebody else, of the next home. */
const another = (plan: PlannedCharge): PlannedCharge => ({
  ...plan,
  homeNumber: plan.homeNumber + 1,
});

/** Home has the connector kept for its driver: whoever else shows a card there is refused. */
async function reserved({ played, plan, driver, visit }: Planned): Promise<OwnRecord[]> {
  const { swarm, station, asked } = played;
  const { stationId, visited } = station;
  if (plan.behaviour !== 'reserved' || driver.home === visited) return [];
  const wish = { visitedUtility: visited, stationId, ...visit };
  if (!(await reserve(swarm.gateway, driver.home, wish))) return [];
  asked.expectReservation();
  const cin = driverOf(played, another(plan)).cin;
  return showHere(station, { ...visit, cin }, played.swarm, placeOf(played, plan.behaviour));
}

async function meanwhile(planned: Planned): Promise<OwnRecord[]> {
  const { played, plan, visit } = planned;
  const { swarm, station, player } = played;
  const place = placeOf(played, plan.behaviour);
  switch (plan.behaviour) {
    case 'twoCards': {
      const { cin } = driverOf(played, another(plan));
      return showSecondCard(player, { ...visit, cin }, place);
    }
    case 'cardElsewhere': {
      const other = swarm.stations.find(
        (one) => one.visited === station.visited && one.stationId !== station.stationId,
      );
      return other === undefined ? [] : showElsewhere(other, visit.cin, swarm, place);
    }
    case 'beside':
      return playBeside(played, another(plan), planned);
    default:
      return [];
  }
}

async function call({ played }: Planned, remote: RemoteCall): Promise<string | null> {
  const { swarm, station, asked } = played;
  const { visited, stationId } = station;
  const refusal = await callStation(swarm.gateway, visited, stationId, remote);
  if (refusal === null) asked.expect(remote);
  return refusal;
}

/** What everybody but the driver does about a charge. */
export function othersOf(planned: Planned): Others {
  const { called } = planned.played.player;
  return {
    before: () => reserved(planned),
    meanwhile: () => meanwhile(planned),
    start: async () =>
      called === null ? 'no calls' : call(planned, called.startCall(planned.visit)),
    stop: async () => {
      const refusal = called === null ? 'no calls' : await call(planned, called.stopCall());
      if (refusal !== null) throw new Error(`the remote stop was answered ${refusal}`);
    },
  };
}

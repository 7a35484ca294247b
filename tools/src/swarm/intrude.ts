import type { DemoGateway } from '../demo-gateway.js';
import { withoutCharge } from './play-charge.js';
import type { OwnRecord } from './own-record.js';
import { PlayerHttp } from './player-http.js';
import type { StationPlayer, Visit } from './player.js';
import type { SwarmStation } from './stations.js';
import type { Timings } from './timings.js';

type Place = Pick<OwnRecord, 'stationId' | 'visited' | 'timeZone' | 'protocol' | 'behaviour'>;
interface Reached {
  readonly gateway: DemoGateway;
  readonly timings: Timings;
}

/**
 * Another driver shows a card where a charge runs. Over HTTP the swipe names the connector and is refused;
 * an OCPP Authorize names none, so that the driver gets a quote and finds the connector taken.
 */
export async function showSecondCard(
  player: StationPlayer,
  visit: Visit,
  place: Place,
): Promise<OwnRecord[]> {
  const { name, ...decision } = await player.showOther(visit);
  return [{ ...place, ...withoutCharge(decision, name, place.protocol === 'http') }];
}

/** A card that must be refused, shown over HTTP, which names the connector. */
export async function showHere(
  { stationId, password }: SwarmStation,
  visit: Visit,
  { gateway: { baseUrl }, timings }: Reached,
  place: Place,
): Promise<OwnRecord[]> {
  const player = new PlayerHttp({ baseUrl, stationId, password }, timings);
  const { name, ...decision } = await player.showOther(visit);
  return [{ ...place, protocol: 'http', ...withoutCharge(decision, name, true) }];
}

/** Who may charge once at a time shows the card at another station while the charge runs. */
export function showElsewhere(
  other: SwarmStation,
  cin: string,
  reached: Reached,
  place: Place,
): Promise<OwnRecord[]> {
  const { stationId, visited, timeZone, evses } = other;
  const connectorId = evses.at(-1)?.connectorId ?? 1;
  return showHere(other, { connectorId, cin }, reached, { ...place, stationId, visited, timeZone });
}

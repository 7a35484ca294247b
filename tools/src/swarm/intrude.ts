import { withoutCharge } from './play-charge.js';
import type { OwnRecord } from './own-record.js';
import { PlayerHttp } from './player-http.js';
import type { StationPlayer, Visit } from './player.js';
import type { SwarmStation } from './stations.js';
import type { Timings } from './timings.js';

type Common = Pick<OwnRecord, 'stationId' | 'visited' | 'protocol' | 'behaviour'>;

/**
 * Another driver shows a card where a charge runs. Over HTTP the swipe names the connector and is refused;
 * an OCPP Authorize names none, so that the driver gets a quote and finds the connector taken.
 */
export async function showSecondCard(
  player: StationPlayer,
  visit: Visit,
  common: Common,
): Promise<OwnRecord[]> {
  const { name, ...decision } = await player.showOther(visit);
  return [{ ...common, ...withoutCharge(decision, name, common.protocol === 'http') }];
}

/** Who may charge once at a time shows the card at another station while the charge runs. */
export async function showElsewhere(
  other: SwarmStation,
  cin: string,
  gateway: { readonly baseUrl: string; readonly timings: Timings },
  common: Common,
): Promise<OwnRecord[]> {
  const { stationId, password, visited, evses } = other;
  const { baseUrl, timings } = gateway;
  const player = new PlayerHttp({ baseUrl, stationId, password }, timings);
  const connectorId = evses.at(-1)?.connectorId ?? 1;
  const { name, ...decision } = await player.showOther({ connectorId, cin });
  const elsewhere = { ...common, stationId, visited, protocol: 'http' as const };
  return [{ ...elsewhere, ...withoutCharge(decision, name, true) }];
}

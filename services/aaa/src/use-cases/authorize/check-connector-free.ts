import type { AaaParts } from '../../aaa-parts.js';
import { refuse, type Refusal, type SwipeRequest } from './grant.js';

/** A connector that another driver consented on or charges at is taken; a mere quote takes nothing. */
export async function checkConnectorFree(
  parts: AaaParts,
  request: SwipeRequest,
): Promise<Refusal | null> {
  const { connectorId, stationId } = request;
  if (connectorId === null) return null;
  const holder = await parts.store.transaction((unit) =>
    unit.connectorHolder(stationId, connectorId),
  );
  return holder === null ? null : refuse('connector_occupied');
}

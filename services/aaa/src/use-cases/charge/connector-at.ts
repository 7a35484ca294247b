import type { Station } from '../../ports.js';

/** The connector that is meant; a station with one needs no name for it. */
export function connectorAt(station: Station, named: number | null): number | null {
  const known = station.record.document.evses.map((evse) => evse.connectorId);
  if (named !== null && known.includes(named)) return named;
  const [only] = known;
  return known.length === 1 && only !== undefined ? only : null;
}

/** The meter as the station's signed record names it. */
export function serialOf(station: Station, connectorId: number | null): string | null {
  const { evses } = station.record.document;
  return evses.find((evse) => evse.connectorId === connectorId)?.meterSerial ?? null;
}

/** The power of a connector, in watts; null for one that the station does not have. */
export function powerOf({ record }: Station, connectorId: number | null): bigint | null {
  const evse = record.document.evses.find((candidate) => candidate.connectorId === connectorId);
  return evse === undefined ? null : BigInt(evse.powerW);
}

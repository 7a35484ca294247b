import type {
  authenticateStation,
  readStationSession,
  recordFrame,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import { formatEnergyKwh, formatMoney, RoamgridError } from '@roamgrid/kernel';
import { equalDigests } from '@roamgrid/platform';
import type { AaaParts } from '../aaa-parts.js';
import type { WireEntry } from '../ports.js';
import { energyOf } from '../session/metering.js';
import { costOf, offsetsOver } from '../session/rate-retail.js';

export interface StationAffairsParts extends AaaParts {
  /** what a password digest is kept as */
  readonly passwordKeyOf: (digest: string) => string;
}

/** Does the station belong here, and does its password fit? An unknown one costs the same work. */
export function authenticateStationWith(parts: StationAffairsParts) {
  return async (
    request: RequestOf<typeof authenticateStation>,
  ): Promise<ReplyOf<typeof authenticateStation>> => {
    const station = await parts.stations.find(request.stationId);
    const offered = parts.passwordKeyOf(request.passwordDigest);
    const accepted = equalDigests(offered, station?.passwordKey ?? '0'.repeat(64));
    if (station === null || !accepted) {
      return { known: station !== null, accepted: false, station: null };
    }
    const { stationId, utility, timeZone, evses } = station.record.document;
    const connectorIds = evses.map((evse) => evse.connectorId);
    return { known: true, accepted: true, station: { stationId, utility, timeZone, connectorIds } };
  };
}

/** Keeps a frame in the wire log; a refused frame of a billing action is shown in suspense too. */
export function recordFrameWith(parts: StationAffairsParts) {
  return async (request: RequestOf<typeof recordFrame>): Promise<Record<string, never>> => {
    const { stationId, direction, wire, connectionId, refusal, effect } = request;
    const code = refusal?.code ?? null;
    const entry: WireEntry = {
      stationId,
      direction,
      wire,
      refusal: code,
      ...(connectionId === undefined ? {} : { connectionId }),
    };
    if (refusal?.billing === true) await setFrameAside(parts, entry, refusal.code);
    else await parts.events.append(entry);
    if (effect !== null) await parts.stations.note(stationId, effect, parts.clock.now());
    return {};
  };
}

/** Revenue hangs on the frame: staff see it. */
function setFrameAside(parts: StationAffairsParts, entry: WireEntry, code: string): Promise<void> {
  const { stationId, wire } = entry;
  return parts.store.transaction(async (unit) => {
    await unit.appendWire(entry);
    await unit.suspense.open({
      suspenseId: parts.ids.uuid(),
      atMs: parts.clock.now(),
      stationId,
      sessionId: null,
      transactionId: null,
      code: 'frame_refused',
      detail: `${wire.action ?? 'a frame'} was refused with ${code}`,
      evidence: { action: wire.action, messageId: wire.messageId, raw: wire.raw },
    });
  });
}

/** The session as its own station may see it; another station's does not exist for it. */
export function readStationSessionWith(parts: StationAffairsParts) {
  return async (
    request: RequestOf<typeof readStationSession>,
  ): Promise<ReplyOf<typeof readStationSession>> => {
    const session = await parts.store.readSession(request.sessionId);
    const station = await parts.stations.find(request.stationId);
    if (station === null || session?.stationId !== request.stationId) {
      throw new RoamgridError('not_found', 'no such session');
    }
    const { readings } = session.progress;
    const offsets = offsetsOver(station.record.document.timeZone, readings, parts.clock.now());
    const cost =
      session.terms === null || readings.length === 0
        ? null
        : costOf(session.terms.mandate.document, readings, offsets);
    return {
      sessionId: session.sessionId,
      state: session.state,
      connectorId: session.connectorId,
      homeUtility: session.homeUtility,
      visitedUtility: parts.utility,
      message: session.message,
      energyKwh: readings.length === 0 ? null : formatEnergyKwh(energyOf(readings)),
      runningCost:
        cost === null
          ? null
          : {
              currency: cost.currency,
              totalInclTax: formatMoney({ currency: cost.currency, minor: cost.totalInclTaxMinor }),
            },
      quoteHash: session.terms?.quote.documentHash ?? null,
    };
  };
}

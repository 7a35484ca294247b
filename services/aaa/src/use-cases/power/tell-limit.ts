import type { callStation, readStationCall, ReplyOf } from '@roamgrid/contracts';
import type { AaaParts } from '../../aaa-parts.js';
import type { StationCaller } from '../../command-ports.js';
import type { LimitOutcome, LiveCharge, PowerStore } from '../../power-ports.js';

export interface PowerParts extends Pick<AaaParts, 'clock' | 'store' | 'utility'> {
  readonly power: PowerStore;
  readonly stationCaller: StationCaller;
}

type Protocol = NonNullable<ReplyOf<typeof readStationCall>['protocol']>;

const ACTION = 'SetChargingProfile';
const RETRY_AFTER_MS = 20_000;
/** Beyond the purpose `TxProfile` there is one profile of ours a transaction: the lowest level, which every station has. */
const STACK_LEVEL = 0;
const PROFILE_ID = 1;
const UNSUPPORTED = new Set(['NotSupported', 'NotImplemented']);

/** One limit from now on until the transaction is over, as the station's version says it. Watts. */
export function limitPayload(
  protocol: Protocol,
  { connectorId, transactionId }: Pick<LiveCharge, 'connectorId' | 'transactionId'>,
  limitW: bigint,
): string {
  // watts are whole numbers far below 2^53
  const period = { startPeriod: 0, limit: Number(limitW) };
  const schedule = { chargingRateUnit: 'W', chargingSchedulePeriod: [period] };
  const shared = {
    stackLevel: STACK_LEVEL,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
  };
  if (protocol === 'ocpp1.6') {
    return JSON.stringify({
      connectorId,
      csChargingProfiles: {
        chargingProfileId: PROFILE_ID,
        transactionId: Number(transactionId),
        ...shared,
        chargingSchedule: schedule,
      },
    });
  }
  const chargingProfile = {
    id: PROFILE_ID,
    ...shared,
    transactionId,
    chargingSchedule: [{ id: 1, ...schedule }],
  };
  return JSON.stringify({ evseId: connectorId, chargingProfile });
}

/**
 * Tells the station of a charge how much it may draw, and keeps how it took it, in the books and in the session's
 * trace. Whatever it answers, the charge goes on and costs what it costs.
 */
export async function tellLimit(
  parts: PowerParts,
  charge: LiveCharge,
  limitW: bigint,
): Promise<void> {
  const { stationCaller, clock, store, utility } = parts;
  const { stationId, sessionId } = charge;
  const askedMs = clock.now();
  const { protocol } = await stationCaller.read({ stationId, action: ACTION, payload: '{}' });
  const outcome =
    protocol === null
      ? 'offline'
      : outcomeOf(
          await stationCaller.call({
            stationId,
            action: ACTION,
            payload: limitPayload(protocol, charge, limitW),
          }),
        );
  const nowMs = clock.now();
  const isOver = outcome === 'accepted' || outcome === 'rejected' || outcome === 'unsupported';
  await store.transaction(async (unit) => {
    const retryMs = isOver ? null : nowMs + RETRY_AFTER_MS;
    await unit.limits.keep(sessionId, { limitW, outcome, retryMs });
    unit.trace(sessionId, [
      {
        step: 'power',
        // what is tried again until it is heard stands once
        occurrence: isOver ? String(askedMs) : `${String(limitW)} ${outcome}`,
        from: `${utility}/aaa`,
        to: stationId,
        atMs: askedMs,
        durationMs: nowMs - askedMs,
        documentHash: null,
        detail: `${String(limitW)} W: ${outcome}`,
      },
    ]);
  });
}

function outcomeOf(reply: ReplyOf<typeof callStation>): LimitOutcome {
  switch (reply.outcome) {
    case 'answered': {
      const { status } = JSON.parse(reply.answer) as { status?: unknown };
      if (status === 'Accepted') return 'accepted';
      return status === 'NotSupported' ? 'unsupported' : 'rejected';
    }
    case 'error':
      return UNSUPPORTED.has(reply.code) ? 'unsupported' : 'error';
    case 'timeout':
    case 'offline':
      return reply.outcome;
  }
}

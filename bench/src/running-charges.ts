import { randomUUID } from 'node:crypto';
import type { PostgresEventStore } from '@roamgrid/aaa';
import { json, type Database } from '@roamgrid/persistence';

export const UTILITY = 'duke-energy';

type Decision = Parameters<PostgresEventStore['meter']>[1];
type MeterEvent = Parameters<PostgresEventStore['meter']>[0];

const START_MS = Date.UTC(2026, 0, 1, 10);
const SECOND_MS = 1_000;

export interface RunningCharge {
  readonly stationId: string;
  readonly sessionId: string;
}

/** Sessions that charge, each at a station of its own; without a price, which is not what is measured. */
export async function openCharges(
  database: Database,
  round: number,
  count: number,
): Promise<RunningCharge[]> {
  const charges = Array.from({ length: count }, (_, index) => ({
    stationId: `BENCH-${String(round)}-${String(index)}`,
    sessionId: randomUUID(),
  }));
  const facts = {
    ...{ identityMasked: '', medium: 'rfid', kind: 'vehicle', assurance: 'claimed' },
    ...{ authorizedBy: 'visitingProfile', homeCalls: 0, refusal: null, message: '' },
  };
  const progress = {
    ...{ consent: null, startAt: new Date(START_MS).toISOString(), endAt: null, readings: [] },
    ...{ meterSerial: null, signedStart: null, signedStop: null, stopReason: null, flags: [] },
  };
  await database.query(
    `INSERT INTO sessions (session_id, station_id, connector_id, state, transaction_id, swiped_at,
       facts, progress)
     SELECT session_id, station_id, 1, 'charging', session_id::text, $3, $4::json, $5::json
       FROM unnest($1::uuid[], $2::text[]) AS charge (session_id, station_id)`,
    [
      charges.map(({ sessionId }) => sessionId),
      charges.map(({ stationId }) => stationId),
      ...[new Date(START_MS), json(facts), json(progress)],
    ],
  );
  return charges;
}

/** The next reading of one of the charges, kept with all that it changes and tells. */
export async function meterOnce(
  store: PostgresEventStore,
  charges: readonly RunningCharge[],
  index: number,
): Promise<void> {
  const charge = charges[index % charges.length];
  if (charge === undefined) throw new RangeError('no charge');
  const event = eventOf(charge, index);
  const reply = await store.meter(event, takeReading(event));
  if (reply === null) throw new Error('a meter event was not taken with the others');
}

function eventOf({ stationId, sessionId }: RunningCharge, index: number): MeterEvent {
  const at = new Date(START_MS + index * SECOND_MS).toISOString();
  const reading = { at, meterWh: String(index), powerW: null, stateOfChargePercent: null };
  return {
    ...{ stationId, sessionId, transactionId: sessionId, newSessionId: null, step: 'updated' },
    ...{ naturalKey: `bench:${String(index)}`, payloadHash: 'a'.repeat(64), sequenceNumber: null },
    ...{ connectorId: 1, identity: null, at, offline: false, readings: [reading] },
    ...{ meterSerial: null, signedData: null, activity: null, stopReason: null, showsPrice: true },
    wire: {
      ...{ protocol: 'http', messageId: null, action: 'updated', receivedAt: at },
      raw: JSON.stringify({ sessionId, readings: [reading] }),
    },
  };
}

function takeReading(event: MeterEvent): Decision {
  return ({ session }) => {
    const readings = [
      ...session.progress.readings,
      ...event.readings.map((reading) => ({ ...reading, activity: 'charging' as const })),
    ];
    return {
      session: { ...session, progress: { ...session.progress, readings } },
      trace: [
        {
          ...{ step: 'meter', occurrence: event.naturalKey, from: event.stationId },
          ...{ to: `${UTILITY}/aaa`, atMs: START_MS, durationMs: 1, documentHash: null },
        },
      ],
      reply: {
        ...{ sessionId: session.sessionId, transactionId: session.sessionId, state: 'charging' },
        ...{ message: '', refusal: null, energyKwh: '0.000', runningCost: null, stop: null },
        ...{ bill: null, quarantined: null },
      },
    };
  };
}

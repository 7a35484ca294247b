import { describe, expect, it } from '@jest/globals';
import type { callStation, ReplyOf } from '@roamgrid/contracts';
import type { TraceEntry, UnitOfWork } from '../../src/ports.js';
import type { LiveCharge, ToldLimit } from '../../src/power-ports.js';
import { limitPayload, tellLimit, type PowerParts } from '../../src/use-cases/power/tell-limit.js';

const NOW_MS = Date.parse('2026-11-20T12:00:00Z');
const CHARGE: LiveCharge = {
  sessionId: '0199b2f0-1111-7abc-8def-0123456789ab',
  stationId: 'DUKE-CLT-001',
  connectorId: 2,
  transactionId: '100007',
  isIdle: false,
  priority: 0,
  powerSharePercentage: null,
  told: null,
};

type Reply = ReplyOf<typeof callStation>;
const status = (text: string): Reply => ({
  outcome: 'answered',
  answer: JSON.stringify({ status: text }),
});

describe('a limit that a station is told of', () => {
  it('is a TxProfile in the words of either version', () => {
    const shared = {
      stackLevel: 0,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
    };
    const period = { startPeriod: 0, limit: 6600 };
    const schedule = { chargingRateUnit: 'W', chargingSchedulePeriod: [period] };
    expect(JSON.parse(limitPayload('ocpp1.6', CHARGE, 6_600n))).toEqual({
      connectorId: 2,
      csChargingProfiles: {
        chargingProfileId: 1,
        transactionId: 100007,
        ...shared,
        chargingSchedule: schedule,
      },
    });
    expect(JSON.parse(limitPayload('ocpp2.0.1', CHARGE, 6_600n))).toEqual({
      evseId: 2,
      chargingProfile: {
        id: 1,
        ...shared,
        transactionId: '100007',
        chargingSchedule: [{ id: 1, ...schedule }],
      },
    });
  });

  const cases: readonly [string, Reply | null, string, boolean][] = [
    ['accepted', status('Accepted'), 'accepted', false],
    ['rejected', status('Rejected'), 'rejected', false],
    ['not supported, as 1.6 says it', status('NotSupported'), 'unsupported', false],
    [
      'not implemented',
      { outcome: 'error', code: 'NotImplemented', description: '' },
      'unsupported',
      false,
    ],
    ['an error', { outcome: 'error', code: 'InternalError', description: '' }, 'error', true],
    ['no answer in time', { outcome: 'timeout' }, 'timeout', true],
    ['gone meanwhile', { outcome: 'offline' }, 'offline', true],
    ['not connected', null, 'offline', true],
  ];

  it.each(cases)('%s: is kept and shown in the trace', async (_, reply, outcome, isRetried) => {
    const kept: [string, ToldLimit][] = [];
    const traced: TraceEntry[] = [];
    const unit = {
      limits: {
        keep: (sessionId: string, told: ToldLimit) => {
          kept.push([sessionId, told]);
          return Promise.resolve();
        },
      },
      trace: (_id: string, entries: readonly TraceEntry[]) => traced.push(...entries),
    } as unknown as UnitOfWork;
    const parts = {
      utility: 'duke-energy',
      clock: { now: () => NOW_MS },
      store: { transaction: (work: (one: UnitOfWork) => Promise<void>) => work(unit) },
      stationCaller: {
        read: () => Promise.resolve({ protocol: reply === null ? null : 'ocpp1.6' }),
        call: () => Promise.resolve(reply),
      },
    } as unknown as PowerParts;
    await tellLimit(parts, CHARGE, 6_600n);
    const retryMs = isRetried ? NOW_MS + 20_000 : null;
    expect(kept).toEqual([[CHARGE.sessionId, { limitW: 6_600n, outcome, retryMs }]]);
    expect(traced).toMatchObject([{ step: 'power', detail: `6600 W: ${outcome}` }]);
  });
});

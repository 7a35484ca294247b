import { describe, expect, it } from '@jest/globals';
import { formatEnergyWh, parseInstant } from '@roamgrid/kernel';
import {
  energyOf,
  faultOfReading,
  inOrder,
  isImplausible,
  judgeReadings,
  periodsOf,
  registerOf,
} from '../../src/session/metering.js';
import type { SessionReading } from '../../src/session/session.js';

const NOW = '2026-03-02T12:00:00Z';
const nowMs = parseInstant(NOW);

/** `12:00 1000 | 12:30 2000` */
function readings(text: string): SessionReading[] {
  if (text === '') return [];
  return text.split(' | ').map((entry) => {
    const [time = '', meterWh = ''] = entry.split(' ');
    return reading(`2026-03-02T${time}:00Z`, meterWh);
  });
}

function reading(at: string, meterWh: string): SessionReading {
  return { at, meterWh, powerW: null, stateOfChargePercent: null, activity: 'charging' };
}

describe('one reading', () => {
  it.each([
    // known, at, register, fault
    ['', '2026-03-02T12:00:00Z', '1000', null],
    ['', '2026-03-02T12:10:00Z', '1000', null],
    ['', '2026-03-02T12:10:00.001Z', '1000', 'time_ahead'],
    ['', '2026-01-31T12:00:00Z', '1000', null],
    ['', '2026-01-31T11:59:59Z', '1000', 'too_old'],
    ['', '2026-03-02T12:00:00Z', '-1', 'register_falls'],
    ['', '2026-03-02T12:00:00Z', '1000000000000', null],
    ['', '2026-03-02T12:00:00Z', '1000000000000.001', 'register_overflow'],
    ['', '2026-03-02T12:00:00Z', '9007199254740993', 'register_overflow'],
    ['11:00 1000', '2026-03-02T11:30:00Z', '1000', null],
    ['11:00 1000', '2026-03-02T11:30:00Z', '999.999', 'register_falls'],
    ['11:00 1000 | 11:40 2000', '2026-03-02T11:30:00Z', '2000.001', 'register_falls'],
    ['11:00 1000 | 11:40 2000', '2026-03-02T11:30:00Z', '1500', null],
    ['11:00 1000', '2026-03-02T11:00:00Z', '1000', null],
    ['11:00 1000', '2026-03-02T11:00:00Z', '1000.001', 'two_values_at_one_instant'],
    ['11:00 1000', '2026-03-02T10:59:00Z', '900', 'time_reversed'],
  ])('after [%s], at %s: %s → %s', (before, at, meterWh, fault) => {
    const known = readings(before);
    const [first] = known;
    const notBeforeMs = first === undefined ? null : parseInstant(first.at);
    expect(faultOfReading(reading(at, meterWh), { known, notBeforeMs, nowMs })).toBe(fault);
  });

  it('is judged after those of its event that came before it', () => {
    const judged = judgeReadings(readings('11:40 3000 | 11:20 2000 | 11:30 1500'), {
      known: readings('11:00 1000'),
      notBeforeMs: null,
      nowMs,
    });
    expect(judged.accepted.map(({ meterWh }) => meterWh)).toEqual(['1000', '2000', '3000']);
    expect(judged.faults.map(({ fault }) => fault)).toEqual(['register_falls']);
  });
});

describe('a register', () => {
  it.each([
    ['1000', '1000'],
    ['1000.000000', '1000'],
    ['1000.0004', '1000'],
    ['1000.0005', '1000.001'],
    ['9007199254740993', '9007199254740993'],
    ['9007199254740993.123456789', '9007199254740993.123'],
  ])('%s Wh is counted as %s', (sent, counted) => {
    expect(registerOf(sent)).toBe(counted);
  });
});

describe('a session’s readings', () => {
  it('stand in the order of time, equal ones once', () => {
    const ordered = inOrder(readings('11:30 2000 | 11:00 1000 | 11:30 2000'));
    expect(ordered.map(({ meterWh }) => meterWh)).toEqual(['1000', '2000']);
  });

  it.each([
    ['', '0'],
    ['11:00 1000', '0'],
    ['11:00 1000 | 11:30 1000', '0'],
    ['11:00 1000 | 11:30 2000.5', '1000.5'],
    ['11:00 9007199254740992 | 11:30 9007199254740993', '1'],
    ['11:00 0.001 | 11:30 9007199254740993', '9007199254740992.999'],
  ])('[%s] hold %s Wh', (text, energyWh) => {
    expect(formatEnergyWh(energyOf(readings(text)))).toBe(energyWh);
  });

  it('make periods that touch, and parking where no energy flowed', () => {
    expect(periodsOf(readings('11:00 1000 | 11:30 2000 | 11:45 2000 | 11:50 2000.001'))).toEqual([
      period('11:00', '11:30', '1000', '2000', '1000', 'charging'),
      period('11:30', '11:45', '2000', '2000', '0', 'parking'),
      period('11:45', '11:50', '2000', '2000.001', '0.001', 'charging'),
    ]);
  });

  it.each([
    // 22 kW for an hour is 22 000 Wh; 110 % of it is 24 200 Wh
    ['10:00 0 | 11:00 24200', false],
    ['10:00 0 | 11:00 24200.001', true],
    ['10:00 0', false],
    ['', false],
  ])('[%s] at 22 kW: implausible %s', (text, implausible) => {
    expect(isImplausible(readings(text), 22_000n)).toBe(implausible);
  });
});

function period(
  from: string,
  to: string,
  startWh: string,
  endWh: string,
  energyWh: string,
  activity: string,
) {
  const at = (time: string): string => `2026-03-02T${time}:00Z`;
  return { startAt: at(from), endAt: at(to), startWh, endWh, energyWh, activity };
}

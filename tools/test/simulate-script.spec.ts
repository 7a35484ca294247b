import { describe, expect, it } from '@jest/globals';
import { BEHAVIOURS, type BehaviourName } from '../src/swarm/behaviours.js';
import { writeScript } from '../src/swarm/script.js';

const scriptOf = (behaviour: BehaviourName, protocol: 'http' | 'ocpp2.0.1' = 'ocpp2.0.1') =>
  writeScript({
    plan: {
      behaviour,
      driver: 'fleet',
      homeNumber: 0,
      energyMilliWh: behaviour === 'zeroEnergy' ? 0n : 1_000_000n,
      updates: 2,
      connectorNumber: 0,
    },
    protocol,
    startMs: Date.parse('2026-11-21T12:00:00Z'),
    registerMilliWh: 7_000_000n,
    powerW: '22000',
    liveFromMs: Date.parse('2026-11-21T11:00:00Z'),
  });
const delivered = (behaviour: BehaviourName, protocol?: 'http'): string =>
  scriptOf(behaviour, protocol)
    .deliveries.map(({ kind, meterWh }) => `${kind} ${meterWh}`)
    .join(', ');

describe('what a station delivers', () => {
  it.each<[BehaviourName, string]>([
    ['plain', 'start 7000, update 7333, update 7666, stop 8000'],
    ['registersOnly', 'start 7000, stop 8000'],
    ['outOfOrder', 'update 7333, update 7666, stop 8000, start 7000'],
    ['lostStop', 'start 7000, update 7333, update 7666'],
    ['meterReset', 'start 7000, update 7333, update 7666, stop 0'],
    ['implausible', 'start 7000, update 7333, update 7666, stop 9008000'],
    ['zeroEnergy', 'start 7000, update 7000, update 7000, stop 7000'],
    ['meterBackwards', 'start 7000, update 6999, update 7666, stop 8000'],
    ['parked', 'start 7000, update 7333, update 7666, update 8000, stop 8000'],
  ])('%s: %s', (behaviour, expected) => {
    expect(delivered(behaviour)).toBe(expected);
  });

  it('begins with the start where the gateway names the session', () => {
    expect(delivered('outOfOrder', 'http')).toBe('start 7000, stop 8000, update 7333, update 7666');
  });

  it('repeats every event, or repeats one with another register', () => {
    expect(delivered('duplicated')).toMatch(/^start 7000, start 7000, update 7333, update 7333/);
    expect(delivered('changedRepeat')).toMatch(/^start 7000, update 7333, update 73339,/);
  });
});

describe('what the registers prove', () => {
  it.each<[BehaviourName, bigint]>([
    ['plain', 1_000_000n],
    ['outOfOrder', 1_000_000n],
    ['duplicated', 1_000_000n],
    ['lostStop', 666_000n],
    ['meterReset', 666_000n],
    ['implausible', 9_001_000_000n],
    ['zeroEnergy', 0n],
    ['meterBackwards', 1_000_000n],
    ['clock1970', 1_000_000n],
    ['powerLoss', 1_000_000n],
  ])('%s: %s mWh', (behaviour, energyMilliWh) => {
    expect(scriptOf(behaviour).energyMilliWh).toBe(energyMilliWh);
  });

  it.each(BEHAVIOURS.map(({ name }) => name))('%s: the next charge begins after it', (name) => {
    const { deliveries, endMs, registerAfterMilliWh, energyMilliWh } = scriptOf(name);
    expect(deliveries.every(({ at }) => Date.parse(at) < endMs)).toBe(true);
    expect(registerAfterMilliWh).toBe(7_000_000n + energyMilliWh);
  });
});

describe('what of it counts for the bill', () => {
  const told = (behaviour: BehaviourName, protocol?: 'http'): string =>
    scriptOf(behaviour, protocol)
      .readings.map(({ meterWh }) => meterWh)
      .join(', ');
  it.each<[BehaviourName, 'http' | undefined, string]>([
    ['plain', undefined, '7000, 7333, 7666, 8000'],
    ['registersOnly', undefined, '7000, 8000'],
    ['changedRepeat', undefined, '7000, 7333, 7666, 8000'],
    ['outOfOrder', undefined, '7000, 7333, 7666, 8000'],
    ['outOfOrder', 'http', '7000, 8000'],
    ['lostStop', undefined, '7000, 7333, 7666'],
    ['meterBackwards', undefined, '7000, 7666, 8000'],
  ])('%s %s: %s', (behaviour, protocol, expected) => {
    expect(told(behaviour, protocol)).toBe(expected);
  });
});

describe('a clock that is wrong', () => {
  const firstAt = (behaviour: BehaviourName): string | undefined =>
    scriptOf(behaviour).deliveries[0]?.at;
  it.each<[BehaviourName, string]>([
    ['clockSecond', '2026-11-21T12:05:01Z'],
    ['clockFiveMinutes', '2026-11-21T12:00:00Z'],
    ['clockDay', '2026-11-20T12:00:00Z'],
    ['clock1970', '1970-01-01T00:00:00Z'],
  ])('%s: the start is told as of %s', (behaviour, expected) => {
    expect(firstAt(behaviour)).toBe(expected);
  });
});

describe('an end with a reason', () => {
  it.each<[BehaviourName, string, boolean]>([
    ['cablePulled', 'EVDisconnected', false],
    ['emergencyStop', 'EmergencyStop', false],
    ['powerLoss', 'PowerLoss', true],
    ['plain', 'Local', false],
  ])('%s: %s', (behaviour, stopReason, isAfterOutage) => {
    const stop = scriptOf(behaviour).deliveries.at(-1);
    expect(stop).toMatchObject({ stopReason, isAfterOutage, isOffline: isAfterOutage });
  });
});

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
  ])('%s: %s mWh', (behaviour, energyMilliWh) => {
    expect(scriptOf(behaviour).energyMilliWh).toBe(energyMilliWh);
  });

  it.each(BEHAVIOURS.map(({ name }) => name))('%s: the next charge begins after it', (name) => {
    const { deliveries, endMs, registerAfterMilliWh, energyMilliWh } = scriptOf(name);
    expect(deliveries.every(({ at }) => Date.parse(at) < endMs)).toBe(true);
    expect(registerAfterMilliWh).toBe(7_000_000n + energyMilliWh);
  });
});

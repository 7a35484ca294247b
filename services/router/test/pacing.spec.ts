import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Pacer } from '../src/ocpp/pacer.js';
import { originOf } from '../src/stations/request-origin.js';
import { PasswordGuard } from '../src/stations/password-guard.js';

describe('running cost', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('goes out at once, then once a second, and the last one is never lost', () => {
    const told: string[] = [];
    const pacer = new Pacer(1_000, () => undefined);
    const tell = (subject: string, cost: string): void => {
      pacer.run(subject, () => {
        told.push(cost);
        return Promise.resolve();
      });
    };
    tell('t', '1');
    tell('t', '2');
    tell('t', '3');
    tell('u', 'other');
    expect(told).toEqual(['1', 'other']);
    jest.advanceTimersByTime(999);
    expect(told).toEqual(['1', 'other']);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['1', 'other', '3']);
    tell('t', '4');
    pacer.forget('t');
    jest.advanceTimersByTime(5_000);
    expect(told).toEqual(['1', 'other', '3']);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('where a request comes from', () => {
  it.each([
    ['127.0.0.1', false, {}, '127.0.0.1', true],
    ['10.0.0.9', false, {}, '10.0.0.9', false],
    ['10.0.0.9', true, {}, '10.0.0.9', true],
    ['10.0.0.9', false, { 'x-forwarded-for': '127.0.0.1' }, '10.0.0.9', false],
    ['127.0.0.1', false, { 'x-forwarded-for': '10.0.0.9' }, '10.0.0.9', false],
    ['::1', false, { 'x-forwarded-for': '127.0.0.1, 10.0.0.9' }, '10.0.0.9', false],
    ['::ffff:127.0.0.1', false, { 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1', true],
    [
      '::1',
      false,
      { 'x-forwarded-for': '10.0.0.9', 'x-forwarded-proto': 'https' },
      '10.0.0.9',
      true,
    ],
  ])(
    '%s encrypted %s %j → %s private %s',
    (remoteAddress, isEncrypted, headers, address, isPrivate) => {
      expect(originOf({ remoteAddress, isEncrypted, headers })).toEqual({ address, isPrivate });
    },
  );
});

describe('wrong passwords', () => {
  it('of one station from one address slow down that one only', () => {
    const clock = { ms: 0, now: () => clock.ms };
    const guard = new PasswordGuard(clock);
    for (let turn = 0; turn < 20; turn += 1) guard.noteFailure('A', '10.0.0.9');
    expect(() => {
      guard.assertMayTry('A', '10.0.0.9');
    }).toThrow('too many wrong passwords');
    guard.assertMayTry('A', '10.0.0.8');
    guard.assertMayTry('B', '10.0.0.9');
    clock.ms = 10_000;
    guard.assertMayTry('A', '10.0.0.9');
  });
});

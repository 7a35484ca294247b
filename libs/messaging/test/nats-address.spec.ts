import { describe, expect, it } from '@jest/globals';
import { readNatsAddress } from '../src/nats-address.js';

describe('the address of the bus', () => {
  const cases: [url: string, address: object][] = [
    ['nats://nats:4222', { servers: ['nats:4222'] }],
    ['nats:4222', { servers: ['nats:4222'] }],
    ['127.0.0.1', { servers: ['127.0.0.1'] }],
    ['nats://[::1]:4222', { servers: ['[::1]:4222'] }],
    ['nats://a:4222, nats://b:4222', { servers: ['a:4222', 'b:4222'] }],
    [
      'nats://duke:p%40ss@a:4222',
      { servers: ['a:4222'], user: 'duke', pass: 'p@ss', inboxPrefix: '_INBOX.duke' },
    ],
    [
      'nats://duke:pass@a:1,nats://b',
      { servers: ['a:1', 'b'], user: 'duke', pass: 'pass', inboxPrefix: '_INBOX.duke' },
    ],
    ['nats://letmein@a:4222', { servers: ['a:4222'], token: 'letmein' }],
    [
      'tls://duke:pass@a:4222',
      { servers: ['a:4222'], user: 'duke', pass: 'pass', inboxPrefix: '_INBOX.duke', tls: {} },
    ],
  ];
  it.each(cases)('%s', (url, address) => {
    expect(readNatsAddress(url)).toEqual(address);
  });

  it.each(['', 'nats://', 'nats://a b', 'nats://a:4222,,', 'nats://duke:secret@a:port'])(
    'refuses %p without repeating it',
    (url) => {
      expect(() => readNatsAddress(url)).toThrow('the address of the bus is no URL');
    },
  );
});

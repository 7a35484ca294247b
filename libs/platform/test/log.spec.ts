import { describe, expect, it } from '@jest/globals';
import { Controller, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { drainAaa, noteEnd } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { Handles, inProcessTransport, NestBus } from '@roamgrid/messaging';
import { createLog, nestLogger, type Log } from '@roamgrid/platform';

const SESSION = '01936f3e-7c1a-7b3c-9d2e-0123456789ab';
const OTHER = '01936f3e-7c1a-7b3c-9d2e-0123456789ac';
const SECRET = '84000195011000012374';

const endOf = (sessionId: string) => ({
  sessionId,
  visitedUtility: 'georgia-power',
  mandateId: 'mandate-1',
  pseudonym: 'ps-1',
  charged: true,
  mandateUsedUp: false,
  endAt: '2026-01-01T00:00:00Z',
});

type Line = Readonly<Record<string, unknown>>;

function writingLog(): { log: Log; lines: () => Line[] } {
  let text = '';
  const log = createLog('debug', { write: (line) => void (text += line) });
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  return { log, lines };
}

/** A service that writes one line a message, and fails where it is told to. */
async function service(log: Log) {
  @Controller()
  class Accounting {
    @Handles(noteEnd)
    async noteEnd(request: { sessionId: string }) {
      await Promise.resolve();
      log.warn({ cin: SECRET, pin: SECRET, uid: SECRET }, 'the line of the use case');
      if (request.sessionId === OTHER) throw new RangeError('books do not agree');
      return {};
    }

    @Handles(drainAaa)
    drain(): Promise<never> {
      log.warn('a line about no session');
      return Promise.reject(new RoamgridError('not_found', 'nothing to drain'));
    }
  }
  class Wired {}
  Module({ controllers: [Accounting] })(Wired);
  const transport = inProcessTransport();
  const app = await NestFactory.createMicroservice(Wired, {
    strategy: transport.server('duke-energy', 'aaa'),
    logger: nestLogger(log),
  });
  await app.listen();
  const bus = new NestBus({
    client: transport.client(),
    from: 'test',
    now: () => 0,
    newTraceId: () => 'trace-1',
  });
  return {
    bus,
    async close() {
      await app.close();
      await bus.close();
      Logger.overrideLogger(false);
    },
  };
}

const CONCERNING = ['the line of the use case', 'aaa.noteEnd is answered'];

describe('the log', () => {
  it('names the session on every line that a message about it causes, and on no other', async () => {
    const { log, lines } = writingLog();
    const { bus, close } = await service(log);
    await bus.request(noteEnd, 'duke-energy', endOf(SESSION));
    await bus.request(noteEnd, 'duke-energy', endOf(OTHER)).catch(() => 'as it should');
    await bus.request(drainAaa, 'duke-energy', {}).catch(() => 'as it should');
    await close();
    const about = (sessionId: unknown) =>
      lines().flatMap((line) => (line['sessionId'] === sessionId ? [line['msg']] : []));
    expect(about(SESSION)).toEqual(CONCERNING);
    expect(about(OTHER)).toEqual(['the line of the use case', 'aaa.noteEnd: books do not agree']);
    expect(about(undefined)).toEqual(
      expect.arrayContaining(['a line about no session', 'aaa.drain is refused: not_found']),
    );
    expect(about(undefined)).not.toContain('the line of the use case');
    const traced = lines().filter((line) => line['sessionId'] !== undefined);
    expect(traced.map((line) => line['traceId'])).toEqual(traced.map(() => 'trace-1'));
  });

  it('writes neither a CIN, nor a PIN, nor the UID of a card', async () => {
    const { log, lines } = writingLog();
    const { bus, close } = await service(log);
    await bus.request(noteEnd, 'duke-energy', endOf(SESSION));
    await close();
    expect(lines().length).toBeGreaterThan(0);
    expect(JSON.stringify(lines())).not.toContain(SECRET);
  });
});

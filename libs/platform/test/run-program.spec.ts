import { describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { ConfigurationError, runProgram, type ProgramHost } from '@roamgrid/platform';

class RecordedHost implements ProgramHost {
  readonly told: string[] = [];
  signal: () => void = () => undefined;
  ended: (status: number) => void = () => undefined;
  readonly status = new Promise<number>((resolve) => (this.ended = resolve));

  onSignal(listener: () => void): void {
    this.signal = listener;
  }

  tell(line: string): void {
    this.told.push(line);
  }

  exit(status: number): void {
    this.ended(status);
  }
}

const systemFault = Object.assign(new Error('listen EADDRINUSE 8080'), { code: 'EADDRINUSE' });
const manyFaults = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });

describe('a program', () => {
  it('stops once on a signal, with status 0', async () => {
    const host = new RecordedHost();
    let stops = 0;
    await runProgram(() => Promise.resolve({ stop: async () => void (stops += 1) }), host);
    host.signal();
    host.signal();
    expect(await host.status).toBe(0);
    expect(stops).toBe(1);
  });

  it('stops on a signal that came while it started', async () => {
    const host = new RecordedHost();
    let started = (): void => undefined;
    const isStarted = new Promise<void>((resolve) => (started = resolve));
    const running = runProgram(async () => {
      await isStarted;
      return { stop: () => Promise.resolve() };
    }, host);
    host.signal();
    started();
    await running;
    expect(await host.status).toBe(0);
  });

  it('ends with status 1 where it cannot stop', async () => {
    const host = new RecordedHost();
    await runProgram(() => Promise.resolve({ stop: () => Promise.reject(new Error('no')) }), host);
    host.signal();
    expect(await host.status).toBe(1);
  });

  it.each([
    [new ConfigurationError('PORT: not a number'), ['Wrong configuration: PORT: not a number']],
    [new RoamgridError('peer_unreachable', 'the bus is away'), ['the bus is away']],
    [systemFault, ['listen EADDRINUSE 8080']],
    [manyFaults, ['ECONNREFUSED']],
    [new RoamgridError('internal', 'a fault of ours'), []],
    [new Error('a fault of ours'), []],
  ])('refuses to start for %p in these lines', async (error, lines) => {
    const host = new RecordedHost();
    await runProgram(() => Promise.reject(error), host);
    expect(await host.status).toBe(1);
    expect(host.told).toEqual(lines);
  });
});

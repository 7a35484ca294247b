import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { currentTrace, runInTrace, type BusTransport, type NestBus } from '@roamgrid/messaging';
import {
  echo,
  HOME,
  looseEcho,
  openBus,
  startEcho,
  VISITED,
  type Behaviour,
  type RunningEcho,
} from './echo-service.js';

/** A transport to be held to the specification, and how to be rid of what stands behind it. */
export interface TransportUnderTest {
  readonly transport: BusTransport;
  stop(): Promise<void>;
}

const LARGE_CHARACTERS = 500_000;

/** What each word tells the service at home to do. */
function behaviourOf(bus: () => NestBus, end: Promise<void>): Behaviour {
  return async (request, meta) => {
    const answer = { text: request.text, by: HOME, traceId: currentTrace()?.traceId ?? null };
    switch (request.text) {
      case 'amount':
        return { ...answer, text: request.amount };
      case 'sender':
        return { ...answer, text: meta.from };
      case 'note':
        return { ...answer, text: 'note' in request ? 'there' : 'absent', note: undefined };
      case 'ask on':
        return bus().request(echo, VISITED, { text: 'hello' });
      case 'malformed reply':
        return { ...answer, text: 7 };
      case 'refuse':
        throw new RoamgridError('unprocessable', 'not like this', [{ path: 'a.0', message: 'no' }]);
      case 'refuse with a word of tomorrow':
        throw new RoamgridError('of_tomorrow' as 'internal', 'nobody knows it yet');
      case 'fail':
        throw new Error('secret of the house');
      case 'not before the end':
        return end;
      default:
        return answer;
    }
  };
}

async function refusalOf(work: Promise<unknown>): Promise<RoamgridError> {
  const outcome = await work.then(
    () => new Error('it was answered'),
    (error: unknown) => error,
  );
  if (outcome instanceof RoamgridError) return outcome;
  throw outcome;
}

/** What services may rely on, whichever transport carries their messages. */
export function specifyBus(title: string, open: () => Promise<TransportUnderTest>): void {
  describe(title, () => {
    let under: TransportUnderTest;
    let bus: NestBus;
    let homeBus: NestBus;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const running: RunningEcho[] = [];

    beforeAll(async () => {
      under = await open();
      const { transport } = under;
      bus = openBus(transport);
      homeBus = openBus(transport, `${HOME}/crp`);
      running.push(
        await startEcho(
          transport,
          HOME,
          behaviourOf(() => homeBus, ended),
        ),
        await startEcho(transport, VISITED, ({ text }, { from }) => ({
          text: `${text} ${from}`,
          by: VISITED,
          traceId: currentTrace()?.traceId ?? null,
        })),
      );
    });
    afterAll(async () => {
      end();
      for (const one of running) await one.close();
      await homeBus.close();
      await bus.close();
      await under.stop();
    });

    const ask = (text: string) => bus.request(echo, HOME, { text });
    const askLoosely = (payload: unknown) => bus.request(looseEcho, HOME, payload);

    it('brings a request to its service and the reply back', async () => {
      expect(await ask('hello')).toMatchObject({ text: 'hello', by: HOME });
      expect(await ask('sender')).toMatchObject({ text: `${VISITED}/aaa` });
    });

    it('gives the handler what the schema made of the request', async () => {
      const reply = await bus.request(echo, HOME, { text: 'amount', amount: '1.50' });
      expect(reply.text).toBe('1.50');
    });

    it('delivers an event and resolves when its handler has', async () => {
      await expect(bus.deliver('crp.echo', HOME, { text: 'hello' })).resolves.toBeUndefined();
      const { code } = await refusalOf(bus.deliver('crp.echo', HOME, { text: 'refuse' }));
      expect(code).toBe('unprocessable');
    });

    it('answers many at once, each its own', async () => {
      const texts = Array.from({ length: 100 }, (_, index) => `text ${String(index)}`);
      const replies = await Promise.all(texts.map(ask));
      expect(replies.map(({ text }) => text)).toEqual(texts);
    });

    it('leaves out members that are undefined', async () => {
      const reply = await bus.request(echo, HOME, { text: 'note', note: undefined });
      expect(reply.text).toBe('absent');
      expect('note' in reply).toBe(false);
    });

    it('carries a payload of half a million characters both ways', async () => {
      const text = 'ü'.repeat(LARGE_CHARACTERS / 2) + 'x'.repeat(LARGE_CHARACTERS / 2 - 1000);
      expect((await ask(text)).text).toHaveLength(text.length);
    });

    it('does not send a malformed request', async () => {
      const { code, message } = await refusalOf(bus.request(echo, HOME, { text: 7 } as never));
      expect([code, message]).toEqual(['internal', expect.stringContaining('was sent malformed')]);
    });

    it('refuses a malformed request of another version, naming the fields', async () => {
      const error = await refusalOf(askLoosely({ text: 7 }));
      expect(error.code).toBe('malformed_request');
      expect(error.fields).toEqual([{ path: 'text', message: expect.any(String) }]);
    });

    it.each([[undefined], [null], ['text'], [[]]])('refuses %p as a request', async (payload) => {
      expect((await refusalOf(askLoosely(payload))).code).toBe('malformed_request');
    });

    it('has a malformed reply fail where it was made', async () => {
      const { code, message } = await refusalOf(ask('malformed reply'));
      expect([code, message]).toEqual(['internal', 'the service failed']);
      expect((await refusalOf(askLoosely({ text: 'malformed reply' }))).code).toBe('internal');
    });

    it('brings a refusal across with its code, its words and its fields', async () => {
      const error = await refusalOf(ask('refuse'));
      expect([error.code, error.message]).toEqual(['unprocessable', 'not like this']);
      expect(error.fields).toEqual([{ path: 'a.0', message: 'no' }]);
    });

    it('takes a code that it does not know for internal', async () => {
      expect((await refusalOf(ask('refuse with a word of tomorrow'))).code).toBe('internal');
    });

    it('tells nothing of a failure', async () => {
      const error = await refusalOf(ask('fail'));
      expect([error.code, error.message]).toEqual(['internal', 'the service failed']);
    });

    it('cannot reach a subject that nobody has, and says so at once', async () => {
      const unknown = { ...echo, name: 'nobodyHasThis' };
      const startedAt = Date.now();
      const error = await refusalOf(bus.request(unknown, HOME, { text: 'hello' }));
      expect(error.code).toBe('peer_unreachable');
      expect(error.message).toBe(`rg.${HOME}.crp.nobodyHasThis: nobody listens`);
      expect(Date.now() - startedAt).toBeLessThan(5_000);
    });

    it('waits no longer than it was told', async () => {
      const error = await refusalOf(
        bus.request(echo, HOME, { text: 'not before the end' }, { timeoutMs: 50 }),
      );
      expect(error.code).toBe('peer_unreachable');
      expect(error.message).toContain('no answer in time');
    });

    it('fails what JSON cannot hold where it is sent', async () => {
      const error = await refusalOf(askLoosely({ text: 7n }));
      expect(error.code).toBe('internal');
    });

    it('carries the trace through every hop, and begins one where there is none', async () => {
      const traced = await runInTrace({ traceId: 'trace-1' }, () => ask('hello'));
      expect(traced.traceId).toBe('trace-1');
      const hopped = await runInTrace({ traceId: 'trace-2' }, () => ask('ask on'));
      expect(hopped).toMatchObject({ text: `hello ${HOME}/crp`, by: VISITED, traceId: 'trace-2' });
      const [first, second] = await Promise.all([ask('hello'), ask('hello')]);
      expect(first.traceId).toMatch(/^[0-9a-f-]{36}$/);
      expect(second.traceId).not.toBe(first.traceId);
    });

    it("keeps to a utility's own subjects", async () => {
      expect((await bus.request(echo, VISITED, { text: 'hello' })).by).toBe(VISITED);
      expect((await ask('hello')).by).toBe(HOME);
      const error = await refusalOf(bus.request(echo, 'georgia-power', { text: 'hello' }));
      expect(error.code).toBe('peer_unreachable');
    });

    it('is closed when it is closed', async () => {
      const closing = openBus(under.transport);
      await closing.request(echo, HOME, { text: 'hello' });
      await closing.close();
      const error = await refusalOf(closing.request(echo, HOME, { text: 'hello' }));
      expect(error.code).toBe('peer_unreachable');
    });

    it('reaches a service no more when it has closed', async () => {
      const service = await startEcho(under.transport, 'florida-power', () => ({
        text: 'here',
        by: 'florida-power',
        traceId: null,
      }));
      const there = () => bus.request(echo, 'florida-power', { text: 'hello' });
      expect((await there()).text).toBe('here');
      await service.close();
      expect((await refusalOf(there())).code).toBe('peer_unreachable');
    });
  });
}

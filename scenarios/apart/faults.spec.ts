import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Gateway } from '../gateway.js';
import { booksOf, chargeThrough, killAll, processesOf } from './processes.js';

const ALL_OF_IT = ['router', 'aaa', 'profiles', 'crp', 'settlement', 'portal', 'ledger'] as const;
const STEPS = ['consent', 'start', 'meter', 'stop'] as const;

/**
 * Processes die without a word in the midst of charges, at every utility at once. What a station was told
 * stands in the books, once; what it was not told it repeats.
 */
describe('services apart, one of which dies', () => {
  let gateway: Gateway;
  const charged: string[] = [];

  beforeAll(async () => {
    gateway = await Gateway.start({ own: true });
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  it('names every process', async () => {
    const processes = await processesOf(gateway);
    const utilities = ['alabama-power', 'duke-energy', 'georgia-power', 'northern-hydro'];
    const services = ['settlement', 'crp', 'profiles', 'aaa', 'portal'];
    expect(
      processes.map(({ name, utility }) => (utility === undefined ? name : `${utility}/${name}`)),
    ).toEqual(
      expect.arrayContaining([
        ...['postgres', 'nats-server', 'router', 'ledger', 'identity', 'edge'],
        ...utilities.flatMap((utility) => services.map((service) => `${utility}/${service}`)),
      ]),
    );
    expect(new Set(processes.map(({ pid }) => pid)).size).toBe(processes.length);
  });

  it('the bus loses everything between any two steps of a charge', async () => {
    const { sessionId, totalInclTax } = await chargeThrough(gateway, charged.length, async () => {
      // it keeps nothing on disk: killed, it has lost all that was under way
      await killAll(gateway, 'nats-server');
    });
    expect(totalInclTax).toBe('5.90');
    charged.push(sessionId);
  }, 400_000);

  it('the database dies before every step of a charge', async () => {
    const { sessionId, totalInclTax } = await chargeThrough(gateway, charged.length, async () => {
      const killed = await killAll(gateway, 'postgres');
      await gateway.until(
        async () =>
          (await processesOf(gateway)).some(
            ({ name, pid }) => name === 'postgres' && !killed.includes(pid),
          ),
        'postgres runs again',
      );
    });
    expect(totalInclTax).toBe('5.90');
    expect(gateway.output).toContain('postgres ended (signal SIGKILL)');
    charged.push(sessionId);
  }, 240_000);

  it.each(ALL_OF_IT.map((name, index) => [name, STEPS[index % STEPS.length]] as const))(
    '%s dies before the %s, and is there again',
    async (name, step) => {
      let killed: readonly number[] = [];
      const { sessionId, totalInclTax } = await chargeThrough(
        gateway,
        charged.length,
        async (next) => {
          if (next === step) killed = await killAll(gateway, name);
        },
      );
      expect(totalInclTax).toBe('5.90');
      charged.push(sessionId);
      await gateway.until(async () => {
        const back = (await processesOf(gateway)).filter((one) => one.name === name);
        return back.length === killed.length && back.every(({ pid }) => !killed.includes(pid));
      }, `${name} runs again`);
    },
    400_000,
  );

  it('and the books of both sides know each charge once', async () => {
    await gateway.until(
      async () => (await gateway.get('/health/ready')).status === 200,
      'everything is ready again',
    );
    expect(await booksOf(gateway, charged)).toEqual({
      sessions: [...charged].sort(),
      sameHashes: true,
      lineCount: charged.length,
      breaches: [[], []],
    });
  });
});

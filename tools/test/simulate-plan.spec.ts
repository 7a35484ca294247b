import { describe, expect, it } from '@jest/globals';
import { chargingMs } from '../src/demo-slot.js';
import { planSwarm } from '../src/simulate-swarm.js';

describe('a swarm', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planSwarm(3, 20, 7)).toEqual(planSwarm(3, 20, 7));
    expect(planSwarm(3, 20, 7)).not.toEqual(planSwarm(3, 20, 8));
  });

  it('has as many charges as were asked for, spread evenly, of every protocol', () => {
    const plans = planSwarm(4, 30, 1);
    expect(plans.map((plan) => plan.length)).toEqual([8, 8, 7, 7]);
    const protocols = new Set(plans.flat().map(({ protocol }) => protocol));
    expect([...protocols].sort()).toEqual(['http', 'ocpp1.6', 'ocpp2.0.1']);
  });

  it('works with seed 0', () => {
    expect(new Set(planSwarm(1, 10, 0)[0]?.map(({ energyMilliWh }) => energyMilliWh)).size).toBe(
      10,
    );
  });
});

describe('a charge lasts as long as the power needs, in whole seconds', () => {
  it.each([
    ['20 kWh at 22 kW', 20_000_000n, '22000', 3_273_000],
    ['1 kWh at 1 kW', 1_000_000n, '1000', 3_600_000],
    ['a mWh at 150 kW', 1n, '150000', 1_000],
  ])('%s', (_what, energyMilliWh, powerW, ms) => {
    expect(chargingMs(energyMilliWh, powerW)).toBe(ms);
  });
});

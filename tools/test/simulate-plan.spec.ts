import { describe, expect, it } from '@jest/globals';
import { chargingMs } from '../src/demo-slot.js';
import { BEHAVIOURS } from '../src/swarm/behaviours.js';
import { planSwarm } from '../src/swarm/plan.js';

describe('a swarm', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planSwarm(3, 20, 7)).toEqual(planSwarm(3, 20, 7));
    expect(planSwarm(3, 20, 7)).not.toEqual(planSwarm(3, 20, 8));
  });

  it('has as many charges as were asked for, spread evenly, of every protocol', () => {
    const plans = planSwarm(4, 30, 1);
    expect(plans.map(({ charges }) => charges.length)).toEqual([8, 8, 7, 7]);
    const protocols = new Set(plans.map(({ protocol }) => protocol));
    expect([...protocols].sort()).toEqual(['http', 'ocpp1.6', 'ocpp2.0.1']);
  });

  it('shows every behaviour in a swarm of 50 stations and 500 charges', () => {
    const charges = planSwarm(50, 500, 7).flatMap((plan) => plan.charges);
    const shown = new Set(charges.map(({ behaviour }) => behaviour));
    expect([...shown].sort()).toEqual(BEHAVIOURS.map(({ name }) => name).sort());
  });

  it('gives a station only what its protocol can do', () => {
    for (const { protocol, charges } of planSwarm(9, 300, 3)) {
      for (const { behaviour } of charges) {
        const known = BEHAVIOURS.find(({ name }) => name === behaviour);
        expect(known?.protocols).toContain(protocol);
      }
    }
  });

  it('works with seed 0', () => {
    const [plan] = planSwarm(1, 10, 0);
    const energies = plan?.charges.filter(({ behaviour }) => behaviour !== 'zeroEnergy');
    const distinct = new Set(energies?.map(({ energyMilliWh }) => energyMilliWh));
    expect(distinct.size).toBe(energies?.length);
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

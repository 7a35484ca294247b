import { rate, ratingInputOf, ratingToDocument } from '@roamgrid/rating';
import type { TariffDocument } from '@roamgrid/tariff';
import { ROUNDS, show, spreadOf } from './rounds.js';

/**
 * The rating kernel on one core: 12-period charges under a tariff of three price components, beside
 * JSON parse and stringify of the same charge. The tariff is compiled once, as a service does.
 */
const PERIODS = 12;
const CALLS = 20_000;
const STEP_MS = 300_000;
const START_MS = Date.UTC(2026, 10, 21, 14);

const tariff: TariffDocument = {
  country_code: 'US',
  party_id: 'DUK',
  id: 'bench',
  currency: 'USD',
  elements: [
    {
      price_components: [
        { type: 'FLAT', price: '0.50', step_size: 1 },
        { type: 'ENERGY', price: '0.28', step_size: 1, vat: '7' },
        { type: 'TIME', price: '1.20', step_size: 60, vat: '7' },
      ],
    },
  ],
  last_updated: '2026-11-01T00:00:00Z',
};

const charge = {
  periods: Array.from({ length: PERIODS }, (_unused, index) => ({
    startAt: new Date(START_MS + index * STEP_MS).toISOString(),
    endAt: new Date(START_MS + (index + 1) * STEP_MS).toISOString(),
    energyWh: '1666.666',
    activity: 'charging' as const,
  })),
  utcOffsets: [{ from: new Date(START_MS).toISOString(), offsetSeconds: -18_000 }],
};

function perCallMicroseconds(work: () => unknown): number {
  const startedNs = process.hrtime.bigint();
  for (let call = 0; call < CALLS; call += 1) work();
  return Number(process.hrtime.bigint() - startedNs) / 1e3 / CALLS;
}

const text = JSON.stringify(charge);
const input = ratingInputOf(tariff, charge, 'halfUp');
const total = ratingToDocument(rate(input)).totalInclTax;
const ratios: number[] = [];
const rates: number[] = [];
const baselines: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const baseline = perCallMicroseconds(() => JSON.stringify(JSON.parse(text)));
  const kernel = perCallMicroseconds(() => rate(input));
  baselines.push(baseline);
  rates.push(kernel);
  ratios.push(baseline / kernel);
}
console.log(`rating kernel, ${String(PERIODS)} periods, three components (total ${total} USD)`);
console.log(`  parse + stringify  ${show(spreadOf(baselines))} µs`);
console.log(`  rate               ${show(spreadOf(rates))} µs`);
console.log(`  speed against it   ${show(spreadOf(ratios))} x  (wanted ≥ 0.5)`);

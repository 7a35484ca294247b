import { formatMoney, money } from '@roamgrid/kernel';
import type { Metrics } from '@roamgrid/platform';
import type { Exposure, ExposureGauge } from '../exposure/ports.js';

const LEVEL = { within: 0, warned: 1, suspended: 2 } as const;

/** Exposures as Prometheus shows them. */
export class ExposureGauges implements ExposureGauge {
  readonly #metrics: Metrics;
  readonly #utility: string;

  constructor(metrics: Metrics, utility: string) {
    this.#metrics = metrics;
    this.#utility = utility;
  }

  show({ partner, currency, exposureMinor, state }: Exposure): void {
    const labels = { utility: this.#utility, partner, currency };
    const owed = formatMoney(money(currency, exposureMinor));
    this.#metrics.showExposure(labels, owed, LEVEL[state]);
  }
}

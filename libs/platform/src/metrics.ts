import { Counter, Gauge, Histogram, Registry as MetricsRegistry } from 'prom-client';

/** Prometheus metrics of one process. Labels never carry a session, a CIN or a card. */
export class Metrics {
  readonly registry = new MetricsRegistry();
  readonly messageSeconds = new Histogram({
    name: 'roamgrid_message_duration_seconds',
    help: 'Time a service took to answer a message',
    labelNames: ['utility', 'service', 'message', 'outcome'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly outboxPending = new Gauge({
    name: 'roamgrid_outbox_pending',
    help: 'Outbox rows not yet delivered',
    labelNames: ['utility', 'service'],
    registers: [this.registry],
  });
  readonly suspenseOpened = new Counter({
    name: 'roamgrid_suspense_opened_total',
    help: 'Events that went to suspense',
    labelNames: ['utility', 'code'],
    registers: [this.registry],
  });
  readonly stationSockets = new Gauge({
    name: 'roamgrid_station_sockets',
    help: 'Stations connected by OCPP',
    registers: [this.registry],
  });

  readonly policiesOverdue = new Gauge({
    name: 'roamgrid_policies_overdue',
    help: 'Negotiation policies in force whose review date has passed',
    labelNames: ['utility'],
    registers: [this.registry],
  });

  readonly partnerExposure = new Gauge({
    name: 'roamgrid_partner_exposure',
    help: 'What a partner owes, in major units of the currency',
    labelNames: ['utility', 'partner', 'currency'],
    registers: [this.registry],
  });
  readonly partnerExposureState = new Gauge({
    name: 'roamgrid_partner_exposure_state',
    help: '0 within the limits, 1 warned, 2 suspended',
    labelNames: ['utility', 'partner', 'currency'],
    registers: [this.registry],
  });

  /** @param amount a decimal in major units; a gauge is for watching, nothing is computed from it */
  showExposure(
    labels: { readonly utility: string; readonly partner: string; readonly currency: string },
    amount: string,
    level: number,
  ): void {
    this.partnerExposure.set(labels, Number(amount));
    this.partnerExposureState.set(labels, level);
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}

import type { AuditReport } from '@roamgrid/contracts';

/** Counts what was checked and lists what does not hold, by invariant. */
export class AuditFindings {
  readonly checked: Record<string, number> = {};
  readonly breaches: AuditReport['breaches'] = [];

  count(invariant: string, times = 1): void {
    this.checked[invariant] = (this.checked[invariant] ?? 0) + times;
  }

  breach(invariant: string, subject: string, detail: string): void {
    this.breaches.push({ invariant, subject, detail });
  }

  report(): AuditReport {
    return { checked: this.checked, breaches: this.breaches };
  }
}

import { formatInstant, parseInstant } from '@roamgrid/kernel';
import type { Clock } from '@roamgrid/platform';

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  nowMs = parseInstant('2026-03-02T12:00:00Z');

  now(): number {
    return this.nowMs;
  }

  advanceSeconds(seconds: number): void {
    this.nowMs += seconds * 1_000;
  }

  advanceHours(hours: number): void {
    this.advanceSeconds(hours * 3_600);
  }

  at(hours: number): string {
    return formatInstant(this.nowMs + hours * 3_600_000);
  }
}

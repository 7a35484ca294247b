import { formatInstant, parseInstant } from '@roamgrid/kernel';
import type { Clock } from '@roamgrid/platform';

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  nowMs = parseInstant('2026-03-02T12:00:00Z');

  now(): number {
    return this.nowMs;
  }

  advanceMinutes(minutes: number): void {
    this.nowMs += minutes * 60_000;
  }

  /** the instant so many minutes from now */
  at(minutes: number): string {
    return formatInstant(this.nowMs + minutes * 60_000);
  }
}

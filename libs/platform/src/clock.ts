import type { InstantMs } from '@roamgrid/kernel';

/** The time, as an argument: tests bring their own. */
export interface Clock {
  now(): InstantMs;
}

export const systemClock: Clock = { now: () => Date.now() };

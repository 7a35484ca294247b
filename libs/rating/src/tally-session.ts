import type { EnergyMilliWh, InstantMs } from '@roamgrid/kernel';
import { isReservation } from './check-metering.js';
import { LocalClock, wholeSecondsSince } from './local-clock.js';
import type { MeteredPeriod, RatingInput } from './metering.js';
import { readLoad } from './read-load.js';
import { selectComponents, type ActiveComponents } from './select-components.js';
import { asOneSlice, sliceAtBoundaries, type Slice } from './slice-period.js';
import { Tally } from './tally.js';

interface SliceSeconds {
  readonly charging: number;
  readonly parking: number;
  readonly reservation: number;
}

/** Walks one session's periods in order and tallies every slice under the components active at its start. */
class SessionWalk {
  readonly tally: Tally;
  priced = false;
  #energyMilliWh: EnergyMilliWh = 0n;
  #chargeFromMs: InstantMs | undefined;
  #chargeFlatDone = false;
  #reservationFlatDone = false;
  readonly #input: RatingInput;
  readonly #clock: LocalClock;
  readonly #startMs: InstantMs;

  constructor(input: RatingInput, startMs: InstantMs) {
    this.#input = input;
    this.#startMs = startMs;
    this.#clock = new LocalClock(input.utcOffsets, startMs);
    this.tally = new Tally(input.tariff);
  }

  walk(period: MeteredPeriod): void {
    const { tariff } = this.#input;
    const reservation = isReservation(period);
    if (!reservation) this.#chargeFromMs ??= period.startMs;
    const durationsFromMs = this.#chargeFromMs ?? this.#startMs;
    const load = readLoad(period, this.#input);
    for (const slice of this.#slicesOf(period, durationsFromMs)) {
      const active = selectComponents(tariff, {
        activity: period.activity,
        local:
          tariff.boundaries.secondsOfDay.length === 0 ? undefined : this.#clock.at(slice.startMs),
        elapsedMs: slice.startMs - durationsFromMs,
        energyMilliWh: slice.energyBeforeMilliWh,
        load,
      });
      this.#price(slice, active, this.#secondsOf(period, slice), reservation);
    }
    this.#energyMilliWh += period.energyMilliWh;
  }

  #slicesOf(period: MeteredPeriod, durationsFromMs: InstantMs): readonly Slice[] {
    if (this.#input.boundaries === 'asGiven') return asOneSlice(period, this.#energyMilliWh);
    return sliceAtBoundaries(period, {
      boundaries: this.#input.tariff.boundaries,
      clock: this.#clock,
      durationsFromMs,
      energyBeforeMilliWh: this.#energyMilliWh,
    });
  }

  #secondsOf(period: MeteredPeriod, slice: Slice): SliceSeconds {
    if (period.volumes !== undefined) {
      const { chargingSeconds = 0, parkingSeconds = 0, reservationSeconds = 0 } = period.volumes;
      return {
        charging: chargingSeconds,
        parking: parkingSeconds,
        reservation: reservationSeconds,
      };
    }
    const seconds =
      wholeSecondsSince(this.#startMs, slice.endMs) -
      wholeSecondsSince(this.#startMs, slice.startMs);
    return {
      charging: period.activity === 'charging' ? seconds : 0,
      parking: period.activity === 'parking' ? seconds : 0,
      reservation: isReservation(period) ? seconds : 0,
    };
  }

  #price(
    slice: Slice,
    active: ActiveComponents,
    seconds: SliceSeconds,
    reservation: boolean,
  ): void {
    const { energy, flat, parkingTime, time } = active;
    const { startMs, endMs } = slice;
    if ((energy ?? flat ?? parkingTime ?? time) !== undefined) this.priced = true;
    if (reservation) {
      this.tally.add('reservation', time, BigInt(seconds.reservation), startMs, endMs);
      if (flat !== undefined && !this.#reservationFlatDone) {
        this.#reservationFlatDone = true;
        this.tally.addFlat(flat, startMs);
      }
      return;
    }
    this.tally.add('energy', energy, slice.energyMilliWh, startMs, endMs);
    this.tally.add('charging', time, BigInt(seconds.charging), startMs, endMs);
    this.tally.add('parking', parkingTime, BigInt(seconds.parking), startMs, endMs);
    if (flat !== undefined && !this.#chargeFlatDone) {
      this.#chargeFlatDone = true;
      this.tally.addFlat(flat, startMs);
    }
  }
}

export interface TalliedSession {
  readonly tally: Tally;
  /** some component of the tariff was active at some time */
  readonly priced: boolean;
}

/** Sums a checked session under its tariff, steps applied; no period at all is a session that never was. */
export function tallySession(input: RatingInput): TalliedSession {
  const [first] = input.periods;
  if (first === undefined) return { tally: new Tally(input.tariff), priced: false };
  const session = new SessionWalk(input, first.startMs);
  for (const period of input.periods) session.walk(period);
  session.tally.applySteps();
  return { tally: session.tally, priced: session.priced };
}

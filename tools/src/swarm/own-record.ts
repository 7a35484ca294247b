import type { EnergyMilliWh } from '@roamgrid/kernel';
import type { BehaviourName, Protocol } from './behaviours.js';
import type { ChargeName } from './player.js';
import type { OwnReading } from './readings.js';

/** What the swarm itself knows of a charge, from what its stations metered and were told. */
export interface OwnRecord {
  readonly stationId: string;
  readonly visited: string;
  /** of the place, as the station was registered */
  readonly timeZone: string;
  readonly protocol: Protocol;
  readonly behaviour: BehaviourName;
  /** `left`: the driver went away after the quote */
  readonly told: 'charged' | 'refused' | 'left';
  /** as the station was told it */
  readonly reason: string | null;
  /** null: the gateway named no session, and no energy flowed */
  readonly name: ChargeName | null;
  readonly energyMilliWh: EnergyMilliWh;
  /** what that is made of; empty where nobody charged */
  readonly readings: readonly OwnReading[];
  /** a quote would have been a mistake */
  readonly mustBeRefused: boolean;
}

/** The part of a record that the charge itself decides. */
export type Outcome = Pick<
  OwnRecord,
  'told' | 'reason' | 'name' | 'energyMilliWh' | 'readings' | 'mustBeRefused'
>;

import type { PlannedCharge } from './plan.js';
import type { PlayedStation, SwarmDriver } from './played-station.js';
import type { Visit } from './player.js';
import type { ChargeScript } from './script.js';

/** One planned charge as it is about to be played. */
export interface Planned {
  readonly played: PlayedStation;
  readonly plan: PlannedCharge;
  readonly driver: SwarmDriver;
  readonly visit: Visit;
  readonly script: ChargeScript;
}

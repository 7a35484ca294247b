import { SeededRandom } from '../simulate-random.js';
import {
  drawBehaviour,
  PROTOCOLS,
  type BehaviourName,
  type DriverKind,
  type Protocol,
} from './behaviours.js';

/** One charge as the seed wants it; where and when it happens follows from the station. */
export interface PlannedCharge {
  readonly behaviour: BehaviourName;
  readonly driver: DriverKind;
  /** which of the utilities is the driver's home, counted in their order */
  readonly homeNumber: number;
  readonly energyMilliWh: bigint;
  /** meter values between start and stop */
  readonly updates: number;
  /** picks one of the station's connectors */
  readonly connectorNumber: number;
}

export interface PlannedStation {
  readonly protocol: Protocol;
  readonly charges: readonly PlannedCharge[];
}

const MILLI_WH = 1_000n;
const LEAST_WH = 100;
const SPREAD_WH = 1_400;
/** a prepaid driver wants more than the balance now and then */
const PREPAID_WH = 4_000;
const FIXED_MILLI_WH: Readonly<Partial<Record<BehaviourName, bigint>>> = {
  zeroEnergy: 0n,
  underOneCent: 2n * MILLI_WH,
};
const GREATEST_UPDATES = 3;
const MANY = 1_000;

function planCharge(random: SeededRandom, protocol: Protocol): PlannedCharge {
  const { name, driver } = drawBehaviour(random, protocol);
  const extraWh = name === 'prepaid' ? random.below(PREPAID_WH) : 0;
  const energyWh = LEAST_WH + random.below(SPREAD_WH) + extraWh;
  const energyMilliWh = FIXED_MILLI_WH[name] ?? BigInt(energyWh) * MILLI_WH;
  return {
    behaviour: name,
    driver,
    homeNumber: random.below(MANY),
    energyMilliWh,
    updates: 1 + random.below(GREATEST_UPDATES),
    connectorNumber: random.below(MANY),
  };
}

/** Who charges where, how, how much and with which trouble, from the seed alone. */
export function planSwarm(stations: number, sessions: number, seed: number): PlannedStation[] {
  const random = new SeededRandom(seed);
  const first = random.below(PROTOCOLS.length);
  const plans = Array.from({ length: stations }, (_, station) => ({
    protocol: PROTOCOLS[(first + station) % PROTOCOLS.length] ?? 'http',
    charges: [] as PlannedCharge[],
  }));
  for (let session = 0; session < sessions; session += 1) {
    const plan = plans[session % stations];
    plan?.charges.push(planCharge(random, plan.protocol));
  }
  return plans;
}

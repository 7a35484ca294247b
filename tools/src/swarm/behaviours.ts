import type { SeededRandom } from '../simulate-random.js';

export type Protocol = 'ocpp2.0.1' | 'ocpp1.6' | 'http';
export const PROTOCOLS: readonly Protocol[] = ['ocpp2.0.1', 'ocpp1.6', 'http'];
const OCPP: readonly Protocol[] = ['ocpp2.0.1', 'ocpp1.6'];

/** Who swipes: of a fleet, on a prepaid balance, under a plan that costs nothing away from home, allowed one charge at a time, or blocked at home. */
export type DriverKind = 'fleet' | 'prepaid' | 'single' | 'blocked' | 'free';

export type BehaviourName =
  | 'plain'
  | 'registersOnly'
  | 'parked'
  | 'late'
  | 'duplicated'
  | 'outOfOrder'
  | 'zeroEnergy'
  | 'prepaid'
  | 'declined'
  | 'blocked'
  | 'wrongCheckDigits'
  | 'changedRepeat'
  | 'meterReset'
  | 'implausible'
  | 'lostStop'
  | 'energyOfRefused'
  | 'cablePulled'
  | 'emergencyStop'
  | 'powerLoss'
  | 'meterBackwards'
  | 'underOneCent'
  | 'twoCards'
  | 'cardElsewhere'
  | 'clockSecond'
  | 'clockFiveMinutes'
  | 'clockDay'
  | 'clock1970'
  | 'free'
  | 'remoteStart'
  | 'remoteStop'
  | 'reserved'
  | 'localList'
  | 'lateStart'
  | 'beside';

/** What a charge does, how often, and which stations can do it. */
export interface Behaviour {
  readonly name: BehaviourName;
  /** how many of a hundred or so charges behave like this */
  readonly weight: number;
  readonly driver: DriverKind;
  readonly protocols: readonly Protocol[];
}

const of = (
  name: BehaviourName,
  weight: number,
  driver: DriverKind = 'fleet',
  protocols: readonly Protocol[] = PROTOCOLS,
): Behaviour => ({ name, weight, driver, protocols });

/** Good charges and every trouble that a year of roaming brings, each with its weight. */
export const BEHAVIOURS: readonly Behaviour[] = [
  of('plain', 22),
  of('registersOnly', 8),
  of('parked', 6),
  of('late', 10),
  of('duplicated', 8),
  of('outOfOrder', 8),
  of('zeroEnergy', 3),
  of('prepaid', 8, 'prepaid'),
  of('declined', 5),
  of('blocked', 4, 'blocked'),
  of('wrongCheckDigits', 3),
  // the same event number with another register: only OCPP 2.0.1 numbers its events
  of('changedRepeat', 3, 'fleet', ['ocpp2.0.1']),
  of('meterReset', 3),
  of('implausible', 3),
  // over HTTP the connector stays taken by the session that never ended
  of('lostStop', 3, 'fleet', OCPP),
  of('energyOfRefused', 3, 'blocked', OCPP),
  of('cablePulled', 4),
  of('emergencyStop', 3),
  of('powerLoss', 3),
  of('meterBackwards', 3),
  of('underOneCent', 3),
  of('twoCards', 3),
  // whoever may charge once at a time shows the card at a second station
  of('cardElsewhere', 3, 'single'),
  of('clockSecond', 3),
  of('clockFiveMinutes', 3),
  of('clockDay', 3),
  of('clock1970', 3),
  of('free', 4, 'free'),
  // staff of the visited utility begin and end it; only OCPP has such calls
  of('remoteStart', 4, 'fleet', OCPP),
  of('remoteStop', 3, 'fleet', OCPP),
  of('reserved', 4, 'fleet', OCPP),
  // begun by the station itself while its line is down, from its list of who may charge, or without one
  of('localList', 3, 'fleet', OCPP),
  of('lateStart', 3, 'fleet', OCPP),
  // another home's driver charges at the other connector meanwhile
  of('beside', 5),
];

/** Draws one that a station of this protocol can do. */
export function drawBehaviour(random: SeededRandom, protocol: Protocol): Behaviour {
  const possible = BEHAVIOURS.filter(({ protocols }) => protocols.includes(protocol));
  const whole = possible.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random.below(whole);
  for (const behaviour of possible) {
    rest -= behaviour.weight;
    if (rest < 0) return behaviour;
  }
  throw new RangeError('weights sum up to the whole');
}

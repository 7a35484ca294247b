import type { BehaviourName } from './behaviours.js';
import type { Outcome, OwnRecord } from './own-record.js';
import type { ChargeName, Decision, StationPlayer, Visit } from './player.js';
import type { ChargeScript, MeterStep } from './script.js';

/** What others do about a charge; most often nobody does anything. */
export interface Others {
  /** before the card is shown */
  readonly before: () => Promise<OwnRecord[]>;
  /** while it runs */
  readonly meanwhile: () => Promise<OwnRecord[]>;
  /** staff begin it: null where the station was called, else why not */
  readonly start: () => Promise<string | null>;
  /** staff end it */
  readonly stop: () => Promise<void>;
}

/** One driver's visit to one station, and who gets in its way. */
export interface PlayedCharge {
  readonly player: StationPlayer;
  readonly visit: Visit;
  readonly behaviour: BehaviourName;
  readonly script: ChargeScript;
  readonly others: Others;
}

/** A start that may not charge is ended where it began: the station gives no energy. */
function endAtOnce(start: MeterStep): MeterStep {
  return { ...start, kind: 'stop', sequenceNumber: start.sequenceNumber + 1 };
}

/** What a card came to that began no charge. */
export function withoutCharge(
  decision: Decision,
  name: ChargeName | null,
  mustBeRefused = false,
): Outcome {
  const told = decision.isAccepted ? ('left' as const) : ('refused' as const);
  const reason = decision.isAccepted ? null : decision.reason;
  return { told, reason, name, energyMilliWh: 0n, readings: [], mustBeRefused };
}

async function deliver(
  { player, behaviour, others }: PlayedCharge,
  step: MeterStep,
): Promise<Decision> {
  if (step.isAfterOutage) await player.reconnect();
  if (step.kind === 'stop' && behaviour === 'remoteStop') await others.stop();
  return player.deliver(step);
}

async function deliverAll(charge: PlayedCharge, intruders: OwnRecord[]): Promise<Outcome> {
  const { player, script, others } = charge;
  for (const step of script.deliveries) {
    const decision = await deliver(charge, step);
    if (step.kind !== 'start') continue;
    if (!decision.isAccepted) {
      await player.deliver(endAtOnce(step));
      return withoutCharge(decision, player.name());
    }
    intruders.push(...(await others.meanwhile()));
  }
  const { energyMilliWh, readings } = script;
  return {
    told: 'charged',
    reason: null,
    name: player.name(),
    energyMilliWh,
    readings,
    mustBeRefused: false,
  };
}

/** A station that gives energy whatever it is told, or was told it only afterwards. */
async function deliverDespite(
  { player, script }: PlayedCharge,
  mustBeRefused: boolean,
): Promise<Outcome> {
  let reason: string | null = null;
  for (const step of script.deliveries) {
    const decision = await player.deliver(step);
    if (!decision.isAccepted) reason = decision.reason;
  }
  const { energyMilliWh, readings } = script;
  const told = reason === null && !mustBeRefused ? 'charged' : 'refused';
  return { told, reason, name: player.name(), energyMilliWh, readings, mustBeRefused };
}

/** Plays one charge from the card to the cable; `intruders` gets the records of whoever came in between. */
export async function playCharge(charge: PlayedCharge, intruders: OwnRecord[]): Promise<Outcome> {
  const { player, visit, behaviour, others } = charge;
  switch (behaviour) {
    case 'energyOfRefused':
    case 'lateStart':
      await player.begin(visit);
      return deliverDespite(charge, behaviour === 'energyOfRefused');
    case 'localList':
      await player.reconnect();
      await player.begin(visit);
      return deliverDespite(charge, false);
    case 'remoteStart': {
      const reason = await others.start();
      if (reason !== null) return withoutCharge({ isAccepted: false, reason }, null);
      await player.begin(visit);
      return deliverAll(charge, intruders);
    }
    default:
      break;
  }
  intruders.push(...(await others.before()));
  const decision = await player.authorize(visit);
  if (!decision.isAccepted || behaviour === 'declined') {
    return withoutCharge(decision, player.name());
  }
  await player.begin(visit);
  return deliverAll(charge, intruders);
}

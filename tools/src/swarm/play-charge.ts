import type { BehaviourName } from './behaviours.js';
import type { Outcome, OwnRecord } from './own-record.js';
import type { ChargeName, Decision, StationPlayer, Visit } from './player.js';
import type { ChargeScript, MeterStep } from './script.js';

/** One driver's visit to one station, and who gets in its way. */
export interface PlayedCharge {
  readonly player: StationPlayer;
  readonly visit: Visit;
  readonly behaviour: BehaviourName;
  readonly script: ChargeScript;
  /** what somebody else does while the charge runs */
  readonly intrude: () => Promise<OwnRecord[]>;
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
  return { told, reason, name, energyMilliWh: 0n, mustBeRefused };
}

async function deliver(player: StationPlayer, step: MeterStep): Promise<Decision> {
  if (step.isAfterOutage) await player.reconnect();
  return player.deliver(step);
}

async function deliverAll(
  { player, script, intrude }: PlayedCharge,
  intruders: OwnRecord[],
): Promise<Outcome> {
  for (const step of script.deliveries) {
    const decision = await deliver(player, step);
    if (step.kind !== 'start') continue;
    if (!decision.isAccepted) {
      await player.deliver(endAtOnce(step));
      return withoutCharge(decision, player.name());
    }
    intruders.push(...(await intrude()));
  }
  const { energyMilliWh } = script;
  return {
    told: 'charged',
    reason: null,
    name: player.name(),
    energyMilliWh,
    mustBeRefused: false,
  };
}

/** A station that gives energy though the driver was refused. */
async function deliverDespite({ player, script }: PlayedCharge): Promise<Outcome> {
  let reason: string | null = null;
  for (const step of script.deliveries) {
    const decision = await player.deliver(step);
    if (!decision.isAccepted) reason = decision.reason;
  }
  const { energyMilliWh } = script;
  return { told: 'refused', reason, name: player.name(), energyMilliWh, mustBeRefused: true };
}

/** Plays one charge from the card to the cable; `intruders` gets the records of whoever came in between. */
export async function playCharge(charge: PlayedCharge, intruders: OwnRecord[]): Promise<Outcome> {
  const { player, visit, behaviour } = charge;
  if (behaviour === 'energyOfRefused') {
    await player.begin(visit);
    return deliverDespite(charge);
  }
  const decision = await player.authorize(visit);
  if (!decision.isAccepted || behaviour === 'declined') {
    return withoutCharge(decision, player.name());
  }
  await player.begin(visit);
  return deliverAll(charge, intruders);
}

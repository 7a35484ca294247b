import type { OCPP20 } from 'typed-ocpp';
import { exactDecimal } from '../../exact/exact-decimal.js';
import { exactNumber, type Exact } from '../../exact/exact-json.js';
import { connectorOf, recordEvent, type EventReply } from '../record-event.js';
import { instantWithinReach } from '../date-time.js';
import { status201 } from '../refusal-status.js';
import { readSamples, type SampleGroup } from '../sampled-values.js';
import { payloadOf, type Answer, type StationCall, type StationLink } from '../station-call.js';
import { displayText } from './authorize.js';
import { chargingPriority } from './charging-priority.js';
import { identityOfToken } from './token.js';

type Event = Exact<OCPP20.TransactionEventRequest>;
type Step = 'started' | 'updated' | 'ended';

const STEP_OF = { Started: 'started', Updated: 'updated', Ended: 'ended' } as const;

/** Samples of a 2.0.1 meter value, its unit's multiplier apart. */
export function sampleGroups(meterValues: Event['meterValue']): SampleGroup[] {
  return (meterValues ?? []).map((meterValue) => ({
    at: meterValue.timestamp,
    samples: meterValue.sampledValue.map((sample) => ({
      text: sample.value.value,
      measurand: sample.measurand,
      unit: sample.unitOfMeasure?.unit,
      multiplier: Number(sample.unitOfMeasure?.multiplier?.value ?? '0'),
      phase: sample.phase,
      location: sample.location,
      signed:
        sample.signedMeterValue === undefined
          ? null
          : {
              format: sample.signedMeterValue.encodingMethod,
              value: sample.signedMeterValue.signedMeterData,
            },
    })),
  }));
}

/** Parking is being connected while the car asks for nothing; what the station holds back is neither. */
function activityOf(event: Event): 'charging' | 'idle' | null {
  switch (event.transactionInfo.chargingState) {
    case 'Charging':
      return 'charging';
    case 'EVConnected':
    case 'Idle':
    case 'SuspendedEV':
      return 'idle';
    case 'SuspendedEVSE':
    case undefined:
      return null;
  }
}

/** One spelling for one number, so that `1e3` and `1000` are the same event's. */
function sequenceDigits(digits: string): string {
  return exactDecimal(digits) ?? digits.slice(0, 40);
}

/** What cannot be counted stands as far off as can be told: aaa sets it aside all the same. */
function sequenceOf(digits: string): number {
  const sequence = Number(digits);
  if (Number.isSafeInteger(sequence)) return sequence;
  return sequence < 0 ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

/** A step of a transaction: committed first, then answered, whatever is said in it. */
export async function transactionEvent(call: StationCall): Promise<Answer> {
  const event = payloadOf<OCPP20.TransactionEventRequest>(call);
  const { transactionInfo, idToken } = event;
  const { registry, ids } = call.context;
  const step = STEP_OF[event.eventType];
  const sequence = sequenceDigits(event.seqNo.value);
  const reply = await recordEvent(call, readSamples(sampleGroups(event.meterValue)), {
    step,
    // the schema bounds its length from above only
    transactionId: transactionInfo.transactionId === '' ? '-' : transactionInfo.transactionId,
    newSessionId: step === 'started' ? ids.uuid() : null,
    naturalKey: `ocpp2.0.1:${transactionInfo.transactionId}:${sequence}`,
    sequenceNumber: sequenceOf(sequence),
    connectorId: connectorOf(event.evse?.id.value),
    identity: idToken === undefined ? null : identityOfToken(idToken, registry),
    at: instantWithinReach(event.timestamp),
    offline: event.offline ?? false,
    activity: activityOf(event),
    stopReason: step === 'ended' ? (transactionInfo.stoppedReason ?? 'Local') : null,
    showsPrice: true,
  });
  const { transactionId } = transactionInfo;
  return {
    payload: payloadFor(step, reply, idToken !== undefined),
    afterwards: (link) => {
      if (step === 'ended') forget(call, link, transactionId);
      else tell(call, link, transactionId, reply);
    },
  };
}

function payloadFor(step: Step, reply: EventReply, hasToken: boolean): object {
  const cost =
    step === 'ended'
      ? reply.bill?.totalInclTax
      : step === 'updated'
        ? reply.runningCost?.totalInclTax
        : undefined;
  const status = status201(reply.refusal);
  const saysWho = hasToken || reply.refusal !== null;
  return {
    ...(cost === undefined ? {} : { totalCost: exactNumber(cost) }),
    ...(step === 'started' && reply.refusal === null
      ? chargingPriority(reply.chargingPriority)
      : {}),
    ...(saysWho ? { idTokenInfo: { status } } : {}),
    ...(step !== 'updated' && reply.message !== ''
      ? { updatedPersonalMessage: displayText(reply.message) }
      : {}),
  };
}

function forget(call: StationCall, link: StationLink, transactionId: string): void {
  link.forget(transactionId);
  call.memory.forgetTransaction(transactionId);
}

/** Running cost where it changed, at most one a second; and the wish to stop when credit is used up. */
function tell(
  call: StationCall,
  link: StationLink,
  transactionId: string,
  reply: EventReply,
): void {
  const { memory } = call;
  const cost = reply.runningCost?.totalInclTax;
  if (cost !== undefined && memory.toldCosts.get(transactionId) !== cost) {
    memory.toldCosts.set(transactionId, cost);
    link.paced(transactionId, async () => {
      await link.call('CostUpdated', { totalCost: exactNumber(cost), transactionId });
    });
  }
  if (reply.stop === null || memory.askedToStop.has(transactionId)) return;
  memory.askedToStop.add(transactionId);
  void link.call('RequestStopTransaction', { transactionId }).then((outcome) => {
    // asked again with the next meter value
    if (outcome.kind !== 'result') memory.askedToStop.delete(transactionId);
  });
}

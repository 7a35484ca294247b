import { sha256Hex } from '@roamgrid/platform';
import type { OCPP16 } from 'typed-ocpp';
import { exactDecimal } from '../../exact/exact-decimal.js';
import { exactNumber, type Exact } from '../../exact/exact-json.js';
import { readToken } from '../../identity/read-identity.js';
import { instantWithinReach, isLate } from '../date-time.js';
import { connectorOf, recordEvent, type EventReply } from '../record-event.js';
import { status16 } from '../refusal-status.js';
import { readSamples, type MeterRead, type SampleGroup } from '../sampled-values.js';
import {
  keep,
  payloadOf,
  type Answer,
  type StationCall,
  type StationLink,
} from '../station-call.js';
import { sendFinalCost, sendRunningCost } from './cost-messages.js';

const INTEGER = /^-?[0-9]+$/;

type MeterValue = Exact<OCPP16.MeterValuesRequest['meterValue'][number]>;

function sampleGroups(meterValues: readonly MeterValue[]): SampleGroup[] {
  return meterValues.map((meterValue) => ({
    at: meterValue.timestamp,
    samples: meterValue.sampledValue.map((sample) => {
      const isSigned = sample.format === 'SignedData';
      return {
        text: isSigned ? '' : sample.value,
        measurand: sample.measurand,
        unit: sample.unit,
        multiplier: 0,
        phase: sample.phase,
        location: sample.location,
        signed: isSigned ? { format: 'SignedData', value: sample.value } : null,
      };
    }),
  }));
}

/** The register as a start or a stop tells it, in Wh. */
function registerReading(at: string, digits: string): MeterRead {
  const meterWh = exactDecimal(digits);
  const reading = { at: instantWithinReach(at), powerW: null, stateOfChargePercent: null };
  return {
    readings: meterWh === null ? [] : [{ ...reading, meterWh }],
    signedData: null,
    unreadable: meterWh === null ? 1 : 0,
  };
}

export async function startTransaction(call: StationCall): Promise<Answer> {
  const start = payloadOf<OCPP16.StartTransactionRequest>(call);
  const connector = start.connectorId.value.slice(0, 40);
  const meterStart = start.meterStart.value.slice(0, 60);
  // natural keys are stored in the clear: a hash stands for the tag
  const tagHash = sha256Hex(`${call.station.stationId}:${start.idTag}`);
  const reply = await recordEvent(call, registerReading(start.timestamp, start.meterStart.value), {
    step: 'started',
    transactionId: null,
    newSessionId: call.context.ids.uuid(),
    naturalKey: `ocpp1.6:start:${connector}:${tagHash}:${start.timestamp}:${meterStart}`,
    sequenceNumber: null,
    connectorId: connectorOf(start.connectorId.value),
    identity: readToken(start.idTag, call.context.registry),
    at: instantWithinReach(start.timestamp),
    offline: isLate(start.timestamp, call.context.clock.now()),
    activity: null,
    stopReason: null,
    showsPrice: call.memory.shownPrices.has(start.idTag),
  });
  call.memory.shownPrices.delete(start.idTag);
  if (!INTEGER.test(reply.transactionId)) {
    throw new Error('aaa gave a transaction id that OCPP 1.6 cannot carry');
  }
  return {
    payload: {
      transactionId: exactNumber(reply.transactionId),
      idTagInfo: { status: status16(reply.refusal) },
    },
  };
}

export async function meterValues(call: StationCall): Promise<Answer> {
  const { connectorId, transactionId, meterValue } = payloadOf<OCPP16.MeterValuesRequest>(call);
  if (transactionId === undefined) {
    await keep(call);
    return { payload: {} };
  }
  const id = transactionId.value.slice(0, 60);
  const meter = readSamples(sampleGroups(meterValue));
  const at = instantWithinReach(meterValue.at(-1)?.timestamp ?? '');
  const reply = await recordEvent(call, meter, {
    step: 'updated',
    transactionId: id,
    newSessionId: null,
    naturalKey: `ocpp1.6:meter:${id}:${call.payloadHash}`,
    sequenceNumber: null,
    connectorId: connectorOf(connectorId.value),
    identity: null,
    at,
    offline: isLate(at, call.context.clock.now()),
    activity: null,
    stopReason: null,
    showsPrice: call.memory.knowsCostMessages === true,
  });
  const meterWh = meter.readings.at(-1)?.meterWh ?? null;
  return {
    payload: {},
    afterwards: (link) => {
      if (meterWh !== null) tellCost(call, link, { id, at, meterWh }, reply);
      askToStop(call, link, id, reply);
    },
  };
}

function tellCost(
  call: StationCall,
  link: StationLink,
  reading: { id: string; at: string; meterWh: string },
  reply: EventReply,
): void {
  const { memory } = call;
  const totalInclTax = reply.runningCost?.totalInclTax;
  if (totalInclTax === undefined || memory.knowsCostMessages !== true) return;
  if (memory.toldCosts.get(reading.id) === totalInclTax) return;
  memory.toldCosts.set(reading.id, totalInclTax);
  const { id: transactionId, at, meterWh } = reading;
  link.paced(transactionId, () =>
    sendRunningCost(link, { transactionId, at, meterWh, totalInclTax }),
  );
}

function askToStop(call: StationCall, link: StationLink, id: string, reply: EventReply): void {
  const { askedToStop } = call.memory;
  if (reply.stop === null || askedToStop.has(id)) return;
  askedToStop.add(id);
  void link.call('RemoteStopTransaction', { transactionId: exactNumber(id) }).then((outcome) => {
    // asked again with the next meter value
    if (outcome.kind !== 'result') askedToStop.delete(id);
  });
}

export async function stopTransaction(call: StationCall): Promise<Answer> {
  const stop = payloadOf<OCPP16.StopTransactionRequest>(call);
  const id = stop.transactionId.value.slice(0, 60);
  const during = readSamples(sampleGroups(stop.transactionData ?? []));
  const end = registerReading(stop.timestamp, stop.meterStop.value);
  const meter: MeterRead = {
    readings: [...during.readings.slice(-499), ...end.readings],
    signedData: during.signedData,
    unreadable: during.unreadable + end.unreadable,
  };
  const reply = await recordEvent(call, meter, {
    step: 'ended',
    transactionId: id,
    newSessionId: null,
    naturalKey: `ocpp1.6:stop:${id}`,
    sequenceNumber: null,
    connectorId: null,
    identity: stop.idTag === undefined ? null : readToken(stop.idTag, call.context.registry),
    at: instantWithinReach(stop.timestamp),
    offline: isLate(stop.timestamp, call.context.clock.now()),
    activity: null,
    stopReason: stop.reason ?? 'Local',
    showsPrice: call.memory.knowsCostMessages === true,
  });
  const cost = reply.bill?.totalInclTax;
  return {
    payload: stop.idTag === undefined ? {} : { idTagInfo: { status: status16(reply.refusal) } },
    afterwards: (link) => {
      link.forget(id);
      call.memory.forgetTransaction(id);
      if (cost === undefined || call.memory.knowsCostMessages !== true) return;
      void sendFinalCost(link, id, cost, reply.message);
    },
  };
}

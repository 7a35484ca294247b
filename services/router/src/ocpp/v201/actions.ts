import { formatInstant } from '@roamgrid/kernel';
import type { OCPP20 } from 'typed-ocpp';
import { instantWithinReach } from '../date-time.js';
import {
  keep,
  payloadOf,
  type ActionHandler,
  type ActionTable,
  type StationCall,
} from '../station-call.js';
import { authorize } from './authorize.js';
import { transactionEvent } from './transaction-event.js';

const HEARTBEAT_INTERVAL_SECONDS = 300;
const MOST_CONNECTORS = 99;

function now(call: StationCall): string {
  return formatInstant(call.context.clock.now());
}

const bootNotification: ActionHandler = async (call) => {
  const { chargingStation } = payloadOf<OCPP20.BootNotificationRequest>(call);
  const { vendorName, model } = chargingStation;
  await keep(call, { kind: 'boot', vendor: vendorName, model });
  const currentTime = now(call);
  return { payload: { currentTime, interval: HEARTBEAT_INTERVAL_SECONDS, status: 'Accepted' } };
};

const heartbeat: ActionHandler = async (call) => {
  await keep(call, { kind: 'heartbeat' });
  return { payload: { currentTime: now(call) } };
};

const statusNotification: ActionHandler = async (call) => {
  const { evseId, connectorStatus, timestamp } = payloadOf<OCPP20.StatusNotificationRequest>(call);
  const connectorId = Number(evseId.value);
  const at = instantWithinReach(timestamp);
  await keep(
    call,
    connectorId >= 0 && connectorId <= MOST_CONNECTORS
      ? { kind: 'status', connectorId, status: connectorStatus, at }
      : null,
  );
  return { payload: {} };
};

/** Kept in the wire log, and answered as the schema wants; nothing follows from it. */
const acknowledged: ActionHandler = async (call) => {
  await keep(call);
  return { payload: {} };
};

/** No vendor's extension is known to this version's side: prices travel in the standard's own members. */
const dataTransfer: ActionHandler = async (call) => {
  await keep(call);
  return { payload: { status: 'UnknownVendorId' } };
};

/** What a 2.0.1 station may call. What is absent here and in the standard answers NotSupported. */
export const ACTIONS_201: ActionTable = new Map<string, ActionHandler>([
  ['BootNotification', bootNotification],
  ['Heartbeat', heartbeat],
  ['StatusNotification', statusNotification],
  ['Authorize', authorize],
  ['TransactionEvent', transactionEvent],
  ['DataTransfer', dataTransfer],
  // meter values outside of a transaction: those of a charge come in TransactionEvent
  ['MeterValues', acknowledged],
  ['ClearedChargingLimit', acknowledged],
  ['FirmwareStatusNotification', acknowledged],
  ['LogStatusNotification', acknowledged],
  ['NotifyChargingLimit', acknowledged],
  ['NotifyCustomerInformation', acknowledged],
  ['NotifyDisplayMessages', acknowledged],
  ['NotifyEvent', acknowledged],
  ['NotifyMonitoringReport', acknowledged],
  ['NotifyReport', acknowledged],
  ['PublishFirmwareStatusNotification', acknowledged],
  ['ReportChargingProfiles', acknowledged],
  ['ReservationStatusUpdate', acknowledged],
  ['SecurityEventNotification', acknowledged],
]);

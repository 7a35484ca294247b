import { formatInstant } from '@roamgrid/kernel';
import type { OCPP16 } from 'typed-ocpp';
import { instantWithinReach } from '../date-time.js';
import {
  keep,
  payloadOf,
  type ActionHandler,
  type ActionTable,
  type StationCall,
} from '../station-call.js';
import { authorize } from './authorize.js';
import { askForCostMessages } from './cost-messages.js';
import { meterValues, startTransaction, stopTransaction } from './transactions.js';

const HEARTBEAT_INTERVAL_SECONDS = 300;
const MOST_CONNECTORS = 99;

function now(call: StationCall): string {
  return formatInstant(call.context.clock.now());
}

const bootNotification: ActionHandler = async (call) => {
  const boot = payloadOf<OCPP16.BootNotificationRequest>(call);
  await keep(call, {
    kind: 'boot',
    vendor: boot.chargePointVendor,
    model: boot.chargePointModel,
  });
  const currentTime = now(call);
  return {
    payload: { currentTime, interval: HEARTBEAT_INTERVAL_SECONDS, status: 'Accepted' },
    afterwards: (link) => {
      // other firmware may have come with the restart
      call.memory.knowsCostMessages = null;
      void askForCostMessages(call.memory, link);
    },
  };
};

const heartbeat: ActionHandler = async (call) => {
  await keep(call, { kind: 'heartbeat' });
  return { payload: { currentTime: now(call) } };
};

const statusNotification: ActionHandler = async (call) => {
  const status = payloadOf<OCPP16.StatusNotificationRequest>(call);
  const connectorId = Number(status.connectorId.value);
  const at = status.timestamp === undefined ? null : instantWithinReach(status.timestamp);
  await keep(
    call,
    connectorId >= 0 && connectorId <= MOST_CONNECTORS
      ? { kind: 'status', connectorId, status: status.status, at }
      : null,
  );
  return { payload: {} };
};

/** Kept in the wire log, and answered as the schema wants; nothing follows from it. */
const acknowledged: ActionHandler = async (call) => {
  await keep(call);
  return { payload: {} };
};

const dataTransfer: ActionHandler = async (call) => {
  await keep(call);
  return { payload: { status: 'UnknownVendorId' } };
};

/** What a 1.6 station may call. What is absent here and in the standard answers NotSupported. */
export const ACTIONS_16: ActionTable = new Map<string, ActionHandler>([
  ['BootNotification', bootNotification],
  ['Heartbeat', heartbeat],
  ['StatusNotification', statusNotification],
  ['Authorize', authorize],
  ['StartTransaction', startTransaction],
  ['MeterValues', meterValues],
  ['StopTransaction', stopTransaction],
  ['DataTransfer', dataTransfer],
  ['DiagnosticsStatusNotification', acknowledged],
  ['FirmwareStatusNotification', acknowledged],
  ['LogStatusNotification', acknowledged],
  ['SecurityEventNotification', acknowledged],
  ['SignedFirmwareStatusNotification', acknowledged],
]);

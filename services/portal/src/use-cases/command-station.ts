import { commandStation, readOperation, type Operation } from '@roamgrid/contracts';
import { stringify } from 'lossless-json';
import type { Caller } from '../http/caller.js';
import type { Portal } from '../ports.js';
import type { JsonObject } from '../read-model/view.js';

/** Asks for a call towards a station. A decimal of the payload keeps the digits it was written with. */
export async function askStation(
  portal: Portal,
  call: { stationId: string; action: string; payload: object },
  caller: Caller,
): Promise<JsonObject> {
  const { stationId, action, payload } = call;
  const operation = await portal.bus.request(commandStation, portal.utility, {
    stationId,
    action,
    payload: stringify(payload) ?? '{}',
    by: caller.clientId.slice(0, 120),
  });
  return operationView(operation);
}

export async function findOperation(portal: Portal, operationId: string): Promise<JsonObject> {
  return operationView(await portal.bus.request(readOperation, portal.utility, { operationId }));
}

/** What is not known yet is left out. */
function operationView({ payload, answer, ...rest }: Operation): JsonObject {
  const known = Object.entries(rest).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(known),
    payload: JSON.parse(payload) as JsonObject,
    ...(answer === null ? {} : { answer: JSON.parse(answer) as JsonObject }),
  };
}

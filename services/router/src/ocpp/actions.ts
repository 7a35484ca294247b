import type { Protocol } from './protocol.js';
import type { ActionTable } from './station-call.js';
import { ACTIONS_16 } from './v16/actions.js';
import { ACTIONS_201 } from './v201/actions.js';

/** What stations may call, by version. */
export function actionsOf(protocol: Protocol): ActionTable {
  return protocol === 'ocpp2.0.1' ? ACTIONS_201 : ACTIONS_16;
}

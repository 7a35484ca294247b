import { Controller, Inject } from '@nestjs/common';
import { callStation, readStationCall, type ReplyOf, type RequestOf } from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import { writeExact, type ExactJson } from './exact/exact-json.js';
import { redactValue } from './identity/redact.js';
import type { Switchboard } from './ocpp/switchboard.js';
import type { RouterContext } from './router.context.js';
import { payloadOfText, readCall } from './use-cases/read-station-call.js';

export const STATION_CALLS = Symbol('StationCalls');

export interface StationCallParts {
  readonly context: RouterContext;
  /** whose stations these are: another utility's are not connected, for it */
  readonly utility: string;
  readonly switchboard: Switchboard;
}

const LONGEST_CODE = 100;
const LONGEST_DESCRIPTION = 300;

/** What a utility's aaa asks of its stations, through the router that holds their sockets. */
@Controller()
export class StationCallHandlers {
  readonly #parts: StationCallParts;

  constructor(@Inject(STATION_CALLS) parts: StationCallParts) {
    this.#parts = parts;
  }

  @Handles(readStationCall)
  read({
    stationId,
    action,
    payload,
  }: RequestOf<typeof readStationCall>): Promise<ReplyOf<typeof readStationCall>> {
    const { context, utility, switchboard } = this.#parts;
    const protocol = switchboard.protocolOf(stationId, utility);
    return Promise.resolve(readCall(context, protocol, action, payload));
  }

  @Handles(callStation)
  async call({
    stationId,
    action,
    payload,
  }: RequestOf<typeof callStation>): Promise<ReplyOf<typeof callStation>> {
    const { context, utility, switchboard } = this.#parts;
    const protocol = switchboard.protocolOf(stationId, utility);
    const content = payloadOfText(payload);
    // the station may have gone, or come back with another version, since the call was checked
    if (protocol === null || content === null) return { outcome: 'offline' };
    const { fault } = readCall(context, protocol, action, payload);
    if (fault !== null) return { outcome: 'error', code: fault.kind, description: fault.message };
    const outcome = await switchboard.call(stationId, action, content);
    switch (outcome.kind) {
      case 'result':
        return {
          outcome: 'answered',
          answer: writeExact(redactValue(outcome.payload as ExactJson)),
        };
      case 'error': {
        const code = outcome.code.slice(0, LONGEST_CODE);
        return {
          outcome: 'error',
          code,
          description: outcome.description.slice(0, LONGEST_DESCRIPTION),
        };
      }
      case 'timeout':
        return { outcome: 'timeout' };
      case 'offline':
        return { outcome: 'offline' };
    }
  }
}

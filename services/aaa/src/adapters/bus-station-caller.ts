import { callStation, readStationCall } from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import type { StationCaller } from '../command-ports.js';

/** a station has half a minute for its answer, behind the calls that wait for their turn */
const CALL_TIMEOUT_MS = 90_000;

export function busStationCaller(bus: Bus, utility: string): StationCaller {
  return {
    read: (call) => bus.request(readStationCall, utility, call),
    call: (call) => bus.request(callStation, utility, call, { timeoutMs: CALL_TIMEOUT_MS }),
  };
}

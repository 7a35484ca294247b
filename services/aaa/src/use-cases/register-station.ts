import type {
  isStationIdTaken,
  registerStation,
  ReplyOf,
  RequestOf,
  SignedStationRecord,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { checkStationRecord } from './check-station-record.js';
import type { StationAffairsParts } from './station-affairs.js';

/**
 * Signs a new version of a station's record. A new id is claimed here first and then asked of every other
 * member; one that does not answer may have it, so nothing is registered without its word.
 *
 * @throws RoamgridError `unprocessable`, `state_conflict` (the id is another's), `peer_unreachable`
 */
export function registerStationWith(parts: StationAffairsParts) {
  return async (request: RequestOf<typeof registerStation>): Promise<SignedStationRecord> => {
    const { record, passwordDigest } = request;
    checkStationRecord(record, parts.clock.now());
    const key = passwordDigest === null ? null : parts.passwordKeyOf(passwordDigest);
    const sign = (version: number): Promise<SignedStationRecord> =>
      parts.signer.sign({
        ...record,
        version,
        utility: parts.utility,
        notBefore: formatInstant(parts.clock.now()),
      });
    const { stationId } = record;
    if ((await parts.stations.find(stationId)) !== null) {
      return parts.stations.register(sign, stationId, key, parts.clock.now());
    }
    return claimed(parts, stationId, () =>
      parts.stations.register(sign, stationId, key, parts.clock.now()),
    );
  };
}

async function claimed<T>(
  parts: StationAffairsParts,
  stationId: string,
  register: () => Promise<T>,
): Promise<T> {
  if (!(await parts.stations.claim(stationId, parts.clock.now()))) {
    throw new RoamgridError('state_conflict', 'a station with this id is being registered already');
  }
  try {
    await assertFree(parts, stationId);
    return await register();
  } catch (error) {
    await parts.stations.dropClaim(stationId);
    throw error;
  }
}

async function assertFree(parts: StationAffairsParts, stationId: string): Promise<void> {
  const answers = await Promise.all(
    parts.partners().map((partner) => parts.neighbours.isStationIdTaken(partner, stationId)),
  );
  if (!answers.includes(true)) return;
  throw new RoamgridError(
    'state_conflict',
    'another utility has a station with this id: a station id is unique in the consortium',
  );
}

/** A partner asks before it registers a station. */
export function isStationIdTakenWith(parts: StationAffairsParts) {
  return async ({
    stationId,
  }: RequestOf<typeof isStationIdTaken>): Promise<ReplyOf<typeof isStationIdTaken>> => ({
    taken: await parts.stations.isTaken(stationId, parts.clock.now()),
  });
}

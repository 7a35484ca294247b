import type {
  isStationIdTaken,
  MeterRegistrationDocument,
  registerStation,
  ReplyOf,
  RequestOf,
  SignedMeterRegistration,
  SignedStationRecord,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { SignedStation } from '../ports.js';
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
    const sign = async (version: number): Promise<SignedStation> => {
      const { utility, signer } = parts;
      const notBefore = formatInstant(parts.clock.now());
      const signed = await signer.sign({ ...record, version, utility, notBefore });
      return { record: signed, meters: await registerMeters(parts, signed) };
    };
    const { stationId } = record;
    if ((await parts.stations.find(stationId)) !== null) {
      return parts.stations.register(sign, stationId, key, parts.clock.now());
    }
    return claimed(parts, stationId, () =>
      parts.stations.register(sign, stationId, key, parts.clock.now()),
    );
  };
}

/** Home is shown a meter's key without the rest of the record: what a provider gets is nobody else's matter. */
function registerMeters(
  { signer }: StationAffairsParts,
  { document, documentHash }: SignedStationRecord,
): Promise<SignedMeterRegistration[]> {
  const { utility, stationId, notBefore, evses } = document;
  return Promise.all(
    evses.flatMap(({ connectorId, meterSerial, meterKey }) => {
      if (meterKey === undefined) return [];
      const registration: MeterRegistrationDocument = {
        type: 'meterRegistration',
        schemaVersion: 1,
        utility,
        stationId,
        connectorId,
        meterSerial,
        meterKey,
        stationRecordHash: documentHash,
        notBefore,
      };
      return [signer.sign(registration)];
    }),
  );
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

import { registerStation, type RequestInput } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { stationPasswordDigest } from '@roamgrid/platform';
import type { Portal } from '../ports.js';
import type { JsonObject } from '../read-model/view.js';

type StationRecord = Omit<RequestInput<typeof registerStation>['record'], 'type' | 'schemaVersion'>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // a RangeError is how the runtime says that it does not know the zone
    return false;
  }
}

/** Registers a station; its password is answered this once and kept only as a digest. */
export async function registerNewStation(
  portal: Portal,
  record: StationRecord,
): Promise<JsonObject> {
  if (!isTimeZone(record.timeZone)) {
    throw new RoamgridError('unprocessable', 'the time zone is not known', [
      { path: 'timeZone', message: 'not a zone of the tz database' },
    ]);
  }
  const { freshness, views } = portal;
  const known = await freshness.find('station', () => views.find('station', record.stationId));
  if (known !== null) {
    throw new RoamgridError('state_conflict', 'a station with this id is registered already');
  }
  const password = portal.ids.secret();
  const signed = await portal.bus.request(registerStation, portal.utility, {
    record: { type: 'stationRecord', schemaVersion: 1, ...record },
    passwordDigest: stationPasswordDigest(record.stationId, password),
  });
  return { stationId: record.stationId, password, ...signed };
}

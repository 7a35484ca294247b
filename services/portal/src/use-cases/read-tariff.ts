import { RoamgridError } from '@roamgrid/kernel';
import type { Portal } from '../ports.js';
import type { JsonObject, View } from '../read-model/view.js';

/** More versions of one tariff than anyone publishes. */
const VERSIONS_CAP = 500;

/** null where there is none */
async function listVersions(portal: Portal, tariffId: string): Promise<View[] | null> {
  const found = await portal.views.list({
    kind: 'tariff',
    limit: VERSIONS_CAP,
    after: null,
    fromMs: null,
    toMs: null,
    conditions: [{ members: ['tariffId'], equals: tariffId }],
  });
  return found.length === 0 ? null : found;
}

/** All versions of a tariff, newest first. @throws RoamgridError `not_found`, `peer_unreachable` */
async function versionsOf(portal: Portal, tariffId: string): Promise<JsonObject[]> {
  const found = await portal.freshness.find('tariff', () => listVersions(portal, tariffId));
  if (found === null) throw new RoamgridError('not_found', 'no such object');
  return found
    .map((view) => view.data)
    .toSorted((left, right) => Number(right['version']) - Number(left['version']));
}

/** The version in use (the newest draft where none is published) with the list of all. */
export async function readTariff(portal: Portal, tariffId: string): Promise<JsonObject> {
  const versions = await versionsOf(portal, tariffId);
  const current =
    versions.find(({ state }) => state === 'published') ??
    versions.find(({ state }) => state === 'draft') ??
    versions[0];
  return {
    ...current,
    versions: versions.map(({ version, state, publishedAt, documentHash }) => ({
      version,
      state,
      publishedAt,
      documentHash,
    })),
  };
}

export async function readTariffVersion(
  portal: Portal,
  tariffId: string,
  version: number,
): Promise<JsonObject> {
  const versions = await versionsOf(portal, tariffId);
  const found = versions.find((candidate) => candidate['version'] === version);
  if (found === undefined) throw new RoamgridError('not_found', 'no such object');
  return found;
}

import type { StationRecordDocument } from '@roamgrid/contracts';
import { parseDecimal, type InstantMs } from '@roamgrid/kernel';
import type { LiveCharge } from '../power-ports.js';
import { sharePower, type SharingCharge } from '../session/share-power.js';
import { tellLimit, type PowerParts } from './power/tell-limit.js';

export interface SharePowerParts extends PowerParts {
  /** a site whose stations could not be told; it is tried again */
  readonly onFailure: (siteId: string, error: unknown) => void;
}

export interface SitePower {
  /** looks at every site once; resolves when those to tell are being told */
  share(): Promise<void>;
  /** resolves when no call to a station is under way */
  settled(): Promise<void>;
}

interface Site {
  readonly siteId: string;
  readonly powerW: bigint;
  readonly stations: readonly StationRecordDocument[];
}

/** Percentages as the agreement's clause has them: millionths, six digits after the point. */
const PERCENT_DIGITS = 6;

/** Where charges share what a site's connection gives, their stations are told how much each may draw. */
export function sitePowerWith(parts: SharePowerParts): SitePower {
  const underway = new Map<string, Promise<void>>();
  const serve = (site: Site): void => {
    const { siteId } = site;
    const telling = serveSite(parts, site)
      .catch((error: unknown) => {
        parts.onFailure(siteId, error);
      })
      .finally(() => underway.delete(siteId));
    underway.set(siteId, telling);
  };
  return {
    async share() {
      for (const site of sitesOf(await parts.power.limitedStations())) {
        if (!underway.has(site.siteId)) serve(site);
      }
    },
    async settled() {
      await Promise.all(underway.values());
    },
  };
}

/** Stations of one site name it; where they say different powers, the least holds. */
function sitesOf(records: readonly StationRecordDocument[]): Site[] {
  const sites = new Map<string, Site>();
  for (const record of records) {
    const { sitePower } = record;
    if (sitePower === undefined) continue;
    const { siteId } = sitePower;
    const powerW = BigInt(sitePower.powerW);
    const known = sites.get(siteId);
    sites.set(siteId, {
      siteId,
      powerW: known === undefined || powerW < known.powerW ? powerW : known.powerW,
      stations: [...(known?.stations ?? []), record],
    });
  }
  return [...sites.values()];
}

async function serveSite(parts: PowerParts, site: Site): Promise<void> {
  const stationIds = site.stations.map(({ stationId }) => stationId);
  const live = await parts.power.liveCharges(stationIds);
  const sharing = live.map((charge) => sharingOf(site, charge));
  const shares = sharePower(site.powerW, sharing);
  const nowMs = parts.clock.now();
  const due = live.filter((charge, index) =>
    isDue(charge, shares.get(charge.sessionId), sharing[index]?.powerW, nowMs),
  );
  // first whoever gives power back, so that the site is never asked for more than it has
  const change = ({ sessionId, told }: LiveCharge): number =>
    (shares.get(sessionId) ?? 0n) < (told?.limitW ?? powerIn(sharing, sessionId)) ? 0 : 1;
  for (const charge of due.sort((left, right) => change(left) - change(right))) {
    const limitW = shares.get(charge.sessionId);
    if (limitW !== undefined) await tellLimit(parts, charge, limitW);
  }
}

const powerIn = (sharing: readonly SharingCharge[], wanted: string): bigint =>
  sharing.find(({ sessionId }) => sessionId === wanted)?.powerW ?? 0n;

function sharingOf({ stations }: Site, charge: LiveCharge): SharingCharge {
  const { stationId, connectorId, sessionId, priority, isIdle, told } = charge;
  const station = stations.find((record) => record.stationId === stationId);
  const evse = station?.evses.find((candidate) => candidate.connectorId === connectorId);
  const percentage = charge.powerSharePercentage;
  // one that refused a limit draws what its connector gives
  const refuses = told?.outcome === 'rejected' || told?.outcome === 'unsupported';
  return {
    sessionId,
    powerW: BigInt(evse?.powerW ?? '0'),
    priority,
    shareMillionths: percentage === null ? null : parseDecimal(percentage, PERCENT_DIGITS),
    isIdle,
    isControllable: station?.smartCharging === true && !refuses,
  };
}

/** Nothing is told twice, and a charge that may draw all that its connector gives is told so only after it could not. */
function isDue(
  { told }: LiveCharge,
  limitW: bigint | undefined,
  powerW: bigint | undefined,
  nowMs: InstantMs,
): boolean {
  if (limitW === undefined) return false;
  if (told === null) return limitW !== powerW;
  if (told.retryMs !== null) return told.retryMs <= nowMs || told.limitW !== limitW;
  return told.limitW !== limitW;
}

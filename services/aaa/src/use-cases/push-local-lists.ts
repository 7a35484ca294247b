import type { StationClass } from '@roamgrid/contracts';
import type { ListedIdentifier, StationList } from '../local-list-ports.js';
import { changeOf } from './local-list/compose-list.js';
import { checkListed } from './local-list/check-listed.js';
import { serveStation, type ServeListParts } from './local-list/serve-station.js';

export interface PushListParts extends ServeListParts {
  /** a station whose list could not be brought up to date; it is tried again */
  readonly onFailure: (stationId: string, error: unknown) => void;
}

export interface LocalLists {
  /** looks at every connected station once; resolves when those to serve are being served */
  push(): Promise<void>;
  /** resolves when no call to a station is under way */
  settled(): Promise<void>;
}

/** The most identifiers that a list has: those who were seen last. */
const MOST_LISTED = 200;

/** Longer than stations wait between heartbeats: whoever is not connected is found out by asking the router. */
const HEARD_WITHIN_MS = 900_000;

/** Each connected station has a list of who may charge there; a slow one keeps no other waiting. */
export function localListsWith(parts: PushListParts): LocalLists {
  const underway = new Map<string, Promise<void>>();
  const serve = (list: StationList, listed: readonly ListedIdentifier[]): void => {
    const { stationId } = list;
    const serving = serveStation(parts, list, listed)
      .catch((error: unknown) => {
        parts.onFailure(stationId, error);
      })
      .finally(() => underway.delete(stationId));
    underway.set(stationId, serving);
  };
  return {
    async push() {
      await checkListed(parts, parts.lists);
      const listedAt = new Map<StationClass, ListedIdentifier[]>();
      const nowMs = parts.clock.now();
      for (const list of await parts.lists.listsOfPresent(nowMs - HEARD_WITHIN_MS)) {
        const { stationClass, stationId } = list;
        if (underway.has(stationId)) continue;
        const listed =
          listedAt.get(stationClass) ??
          (await parts.lists.listed(stationClass, nowMs, MOST_LISTED));
        listedAt.set(stationClass, listed);
        if (isDue(list, listed, nowMs)) serve(list, listed);
      }
    },
    async settled() {
      await Promise.all(underway.values());
    },
  };
}

function isDue(list: StationList, listed: readonly ListedIdentifier[], nowMs: number): boolean {
  const { standing, version, entries, retryMs } = list;
  if (standing === 'unsupported' || (retryMs !== null && retryMs > nowMs)) return false;
  if (version === 0 && listed.length === 0) return false;
  if (standing !== 'sure') return true;
  const { puts, removedKeys } = changeOf(entries, listed);
  return puts.length + removedKeys.length > 0;
}

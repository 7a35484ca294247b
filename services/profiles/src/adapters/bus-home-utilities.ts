import {
  readDirectory,
  readRevocations,
  type DirectoryPage,
  type SignedRevocation,
} from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';

const PAGE = 200;

/** Asks a partner, as home, for the revocations that it issued for us after a number. */
export function askRevocations(bus: Bus, utility: string) {
  return async (homeUtility: string, after: number): Promise<SignedRevocation[]> => {
    const request = { visitedUtility: utility, after, limit: PAGE };
    return (await bus.request(readRevocations, homeUtility, request)).items;
  };
}

/** Asks a partner, as home, for the entries of its token directory after a number. */
export function askDirectory(bus: Bus, utility: string) {
  return (homeUtility: string, after: number): Promise<DirectoryPage> =>
    bus.request(readDirectory, homeUtility, { visitedUtility: utility, after, limit: PAGE });
}

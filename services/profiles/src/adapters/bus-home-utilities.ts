import {
  readDirectory,
  readRetailTariff,
  readRevocations,
  type DirectoryPage,
  type SignedRetailTariff,
  type SignedRevocation,
} from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import type { MissingPrice } from '../offline-ports.js';

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

/** Asks a partner, as home, what drivers of a plan and tier pay under an agreed tariff. */
export function askRetailTariff(bus: Bus, utility: string) {
  return async (missing: MissingPrice): Promise<SignedRetailTariff | null> => {
    const { homeUtility } = missing.agreedTariff.document;
    const request = { ...missing, visitedUtility: utility };
    return (await bus.request(readRetailTariff, homeUtility, request)).retailTariff;
  };
}

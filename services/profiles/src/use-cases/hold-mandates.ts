import type {
  findMandate,
  Medium,
  ReplyOf,
  RequestOf,
  SignedRevocation,
  storeMandate,
} from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Verifier } from '@roamgrid/platform';
import type { OfflineStore } from '../offline-ports.js';
import type { HeldMandateStore } from '../ports.js';

export interface HoldMandatesParts {
  readonly utility: string;
  readonly held: HeldMandateStore;
  readonly offline: OfflineStore;
  readonly verifier: Verifier;
}

/** Media whose PIN only home can check: the cache never answers for them. */
export const MEDIA_THAT_ASK_HOME: readonly Medium[] = ['dial', 'ocr', 'voice'];

export function findMandateWith(parts: HoldMandatesParts) {
  return async (request: RequestOf<typeof findMandate>): Promise<ReplyOf<typeof findMandate>> => {
    if (MEDIA_THAT_ASK_HOME.includes(request.medium)) return { isRemembered: false, entry: null };
    const { identity, homeUtility, assurance, stationClass, at, rememberedHash } = request;
    const found = await parts.held.find({
      identity,
      homeUtility,
      assurance,
      stationClass,
      atMs: parseInstant(at),
      rememberedHash,
    });
    if (found === 'remembered') return { isRemembered: true, entry: null };
    // whoever is asked about a mandate of one session has to ask home
    const entry = found?.mandate.document.singleSession === true ? null : found;
    return { isRemembered: false, entry };
  };
}

/** Keeps a mandate only when home signed it for us under the tariff that stands beside it. */
export function storeMandateWith(parts: HoldMandatesParts) {
  return async (request: RequestOf<typeof storeMandate>): Promise<Record<string, never>> => {
    const { mandate, agreedTariff, identity } = request;
    const { homeUtility, visitedUtility, agreedTariffHash, retailTariff } = mandate.document;
    if (visitedUtility !== parts.utility) {
      throw new RoamgridError('unprocessable', 'the mandate names another visited utility');
    }
    if (agreedTariffHash !== agreedTariff.documentHash) {
      throw new RoamgridError('unprocessable', 'the mandate names another agreed tariff');
    }
    if (retailTariff.document.agreedTariffHash !== agreedTariffHash) {
      throw new RoamgridError('unprocessable', 'the retail tariff names another agreed tariff');
    }
    await parts.verifier.verify(mandate, homeUtility, 'profiles');
    await parts.verifier.verify(retailTariff, homeUtility, 'crp');
    await parts.held.keep(identity, { mandate, agreedTariff });
    // the price serves others of the plan, should home be silent when they come
    if (homeUtility !== parts.utility)
      await parts.offline.keepPrice({ agreedTariff, retailTariff });
    return {};
  };
}

export function receiveRevocationWith(parts: HoldMandatesParts) {
  return async (revocation: SignedRevocation): Promise<Record<string, never>> => {
    await parts.verifier.verify(revocation, revocation.document.homeUtility, 'profiles');
    await parts.held.receiveRevocation(revocation);
    return {};
  };
}

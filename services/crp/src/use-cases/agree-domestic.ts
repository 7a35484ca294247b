import type { agreeTariff, ReplyOf, RequestOf, SignedAgreedTariff } from '@roamgrid/contracts';
import { domesticTariffDocument, neededUntil, tariffEndMs } from '../decisions/agreed-tariff.js';
import type { AgreedTariffKey } from '../ports.js';
import type { CrpParts } from './parts.js';

/** A domestic tariff is renewed this long before its end. */
const RENEWAL_MARGIN_MS = 3_600_000;

/** One's own consumer at one's own station: the tariff published last of those valid now, signed once a day. */
export async function agreeDomestic(
  parts: Pick<CrpParts, 'utility' | 'tariffs' | 'agreedTariffs' | 'signer' | 'clock' | 'ids'>,
  request: RequestOf<typeof agreeTariff>,
): Promise<ReplyOf<typeof agreeTariff>> {
  const { utility, clock } = parts;
  const { customerClass, stationClass } = request;
  const nowMs = clock.now();
  const base = await parts.tariffs.lastPublished(
    'domestic',
    { customerClass, stationClass },
    nowMs,
  );
  if (base === null) {
    return { decision: 'refused', reason: 'tariff_unavailable', messagesToHome: 0 };
  }
  const key: AgreedTariffKey = {
    homeUtility: utility,
    visitedUtility: utility,
    customerClass,
    stationClass,
    baseHash: base.documentHash,
  };
  const neededUntilMs = neededUntil(nowMs, RENEWAL_MARGIN_MS, [tariffEndMs(base.document)]);
  const kept = await parts.agreedTariffs.current(key, neededUntilMs);
  if (kept !== null) return { decision: 'agreed', agreedTariff: kept, messagesToHome: 0 };
  const { document, documentHash, signature } = await parts.signer.sign(
    domesticTariffDocument({
      agreedTariffId: parts.ids.uuid(),
      utility,
      customerClass,
      stationClass,
      base: base.document,
      notBeforeMs: nowMs,
    }),
  );
  const signed: SignedAgreedTariff = {
    document,
    documentHash,
    signatures: [{ utility, signature }],
  };
  const agreedTariff = await parts.agreedTariffs.keep(key, signed, {
    unlessValidAtMs: neededUntilMs,
    ended: null,
  });
  return { decision: 'agreed', agreedTariff, messagesToHome: 0 };
}

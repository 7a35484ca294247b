import type { SignedMandate } from '@roamgrid/contracts';
import {
  capsFor,
  documentOf,
  issued,
  issuedBefore,
  keep,
  refused,
  reuseFor,
  type Basis,
  type Issued,
  type IssueMandateParts,
  type Reply,
  type Request,
} from './mandate-basis.js';

/** how often a mandate is worked out anew when others take of the same credit */
const MOST_ATTEMPTS = 5;

async function reusableFor(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<SignedMandate | null> {
  const { untilMs, isEqual } = reuseFor(request, basis);
  const candidates = await parts.issued.reusable(
    basis.consumer.consumerId,
    request.visitedUtility,
    request.agreedTariff.documentHash,
    untilMs,
  );
  return candidates.find(isEqual) ?? null;
}

/** A mandate for many sessions, or the one that serves as well. */
export async function issuePostPaid(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<Issued> {
  const { consumer, nowMs } = basis;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const equal = await reusableFor(parts, request, basis);
    if (equal !== null) return issued(equal);
    const caps = capsFor(request, basis, await parts.issued.openCaps(consumer.consumerId, nowMs));
    if (caps === null) break;
    const signed = await parts.signer.sign(
      documentOf(parts, request, basis, {
        mandateId: parts.ids.uuid(),
        caps,
        singleSession: false,
      }),
    );
    const outcome = await keep(parts, request, basis, caps, signed);
    if (outcome === 'kept') return issued(signed);
    if (outcome === 'blocked') return refused('consumer_blocked');
    if (outcome === 'changed') return 'changed';
    if (outcome === 'known') break;
    // another swipe took the same credit in the meantime: look at what it left, or use its mandate
  }
  return (await madeMeanwhile(parts, request, basis)) ?? refused('credit_exhausted');
}

/** Nothing is left, perhaps because an equal mandate was made a moment ago: that one serves. */
async function madeMeanwhile(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<Reply | null> {
  const own = await issuedBefore(parts, request);
  if (own !== null) return own;
  const equal = await reusableFor(parts, request, basis);
  return equal === null ? null : issued(equal);
}

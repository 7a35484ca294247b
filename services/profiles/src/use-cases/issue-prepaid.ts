import { parseInstant } from '@roamgrid/kernel';
import type { OpenMandate } from '../ports.js';
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
  type Request,
} from './mandate-basis.js';
import { inVisitedCurrency, type Caps } from './mandate-caps.js';

/**
 * A mandate for one session whose cap is reserved on the balance. A driver who swipes again before charging
 * gets the same mandate at the same utility. For a swipe elsewhere, or at another price, what stands under
 * quotes only is recalled; what cannot be recalled stays reserved, and the remaining credit holds.
 */
export async function issuePrepaid(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<Issued> {
  // swipes at one moment must not find the credit reserved for a mandate that is not kept yet
  return parts.turns.run(basis.consumer.consumerId, () => issueInTurn(parts, request, basis));
}

async function issueInTurn(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<Issued> {
  const own = await issuedBefore(parts, request);
  if (own !== null) return own;
  const { consumer, nowMs } = basis;
  const { consumerId } = consumer;
  const { visitedUtility, held } = request;
  const returned = await parts.issued.retire(held.returned, { consumerId, visitedUtility });
  const open = (await parts.issued.openForOneSession(consumerId, nowMs)).filter(
    ({ signed }) => !held.taken.includes(signed.document.mandateId),
  );
  const demand = await demandOf(parts, request, basis, open);
  const equal = open.find((mandate) => serves(mandate, request, basis));
  if (equal !== undefined && !demand.couldGrow(equal)) return issued(equal.signed);
  const recalled = demand.isMet ? [] : await recall(parts, consumerId, open);
  return reserveAndSign(parts, request, basis, [...returned, ...recalled]);
}

interface Demand {
  /** the remaining credit and limits give as much as if nothing else were open */
  readonly isMet: boolean;
  /** money was paid in since: a new mandate would reach further */
  readonly couldGrow: (mandate: OpenMandate) => boolean;
}

async function demandOf(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
  open: readonly OpenMandate[],
): Promise<Demand> {
  const { consumerId } = basis.consumer;
  const caps = await parts.issued.openCaps(consumerId, basis.nowMs);
  const sum = (of: (mandate: OpenMandate) => bigint): bigint =>
    open.reduce((total, mandate) => total + of(mandate), 0n);
  const wanted = capsFor(request, basis, caps);
  const most = capsFor(request, basis, {
    energyMilliWh: caps.energyMilliWh - sum((mandate) => mandate.energyCapMilliWh),
    homeMinor: caps.homeMinor - sum((mandate) => mandate.homeCapMinor),
  });
  if (open.length === 0 || most === null) return { isMet: true, couldGrow: () => false };
  const availableMinor = await parts.services.availableCredit(consumerId);
  return {
    isMet:
      wanted !== null &&
      wanted.energyMilliWh >= most.energyMilliWh &&
      wanted.homeMinor >= most.homeMinor &&
      availableMinor >= most.homeMinor,
    couldGrow: (mandate) => availableMinor > 0n && mandate.homeCapMinor < most.homeMinor,
  };
}

function serves({ signed }: OpenMandate, request: Request, basis: Basis): boolean {
  const { visitedUtility, agreedTariffHash } = signed.document;
  const { untilMs, isEqual } = reuseFor(request, basis);
  return (
    visitedUtility === request.visitedUtility &&
    agreedTariffHash === request.agreedTariff.documentHash &&
    parseInstant(signed.document.notAfter) >= untilMs &&
    isEqual(signed)
  );
}

/** Asks each visited utility at once; what is not provably unused stays. */
async function recall(
  parts: IssueMandateParts,
  consumerId: string,
  open: readonly OpenMandate[],
): Promise<string[]> {
  const answers = await Promise.all(
    open.map(async ({ signed }) => {
      const { mandateId, visitedUtility } = signed.document;
      const isRecalled = await parts.visited.recall(visitedUtility, mandateId);
      return isRecalled ? parts.issued.retire([mandateId], { consumerId, visitedUtility }) : [];
    }),
  );
  return answers.flat();
}

/**
 * The intent is kept before the credit is reserved and goes with the mandate: a reservation whose mandate
 * never came to be is found by it and given back.
 */
async function reserveAndSign(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
  insteadOf: readonly string[],
): Promise<Issued> {
  const { consumer, nowMs } = basis;
  const open = await parts.issued.openCaps(consumer.consumerId, nowMs);
  const wanted = capsFor(request, basis, open);
  if (wanted === null) return refused('credit_exhausted');
  const mandateId = parts.ids.uuid();
  await parts.issued.intendReservation(mandateId, nowMs);
  const reservedMinor = await parts.services.reserveCredit({
    mandateId,
    consumerId: consumer.consumerId,
    currency: consumer.settings.currency,
    greatestMinor: wanted.homeMinor,
    insteadOf,
  });
  if (reservedMinor === null) {
    await parts.issued.giveBackCredit(mandateId);
    return refused('credit_exhausted');
  }
  const caps: Caps = {
    energyMilliWh: wanted.energyMilliWh,
    visitedMinor: inVisitedCurrency(reservedMinor, basis.retailTariff.document.fx),
    homeMinor: reservedMinor,
  };
  return signReserved(parts, request, basis, { mandateId, caps });
}

async function signReserved(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
  { mandateId, caps }: { readonly mandateId: string; readonly caps: Caps },
): Promise<Issued> {
  // a reservation that is worth nothing in the visited currency buys nothing there
  const signed =
    caps.visitedMinor > 0n
      ? await parts.signer.sign(
          documentOf(parts, request, basis, { mandateId, caps, singleSession: true }),
        )
      : null;
  const outcome = signed === null ? 'exceeds' : await keep(parts, request, basis, caps, signed);
  if (signed !== null && outcome === 'kept') return issued(signed);
  await parts.issued.giveBackCredit(mandateId);
  if (outcome === 'changed') return 'changed';
  if (outcome === 'known') {
    return (await issuedBefore(parts, request)) ?? refused('credit_exhausted');
  }
  return refused(outcome === 'blocked' ? 'consumer_blocked' : 'credit_exhausted');
}

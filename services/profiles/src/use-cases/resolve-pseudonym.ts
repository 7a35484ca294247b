import type { ReplyOf, RequestOf, resolvePseudonym } from '@roamgrid/contracts';
import type { ContractStore } from '../contract-ports.js';
import type { CredentialStore } from '../directory-ports.js';
import type { ConsumerStore, IssuedMandateStore } from '../ports.js';

export interface ResolvePseudonymParts {
  readonly consumers: Pick<ConsumerStore, 'byPseudonym'>;
  readonly contracts: Pick<ContractStore, 'billedUnder'>;
  readonly issued: Pick<IssuedMandateStore, 'revocationOf'>;
  readonly credentials: Pick<CredentialStore, 'entryEndedAt'>;
}

/** Whom to bill for a charge, under which version of the contract, and what was revoked of what it stands on. */
export function resolvePseudonymWith(parts: ResolvePseudonymParts) {
  return async (
    request: RequestOf<typeof resolvePseudonym>,
  ): Promise<ReplyOf<typeof resolvePseudonym>> => {
    const found = await parts.consumers.byPseudonym(request.pseudonym, request.visitedUtility);
    if (found === null) return { consumer: null };
    const { consumerId, cinMasked, settings } = found;
    const { paymentMode, paymentMethod, currency } = settings;
    const { mandateId, at } = request;
    const driverContract =
      at === undefined
        ? null
        : await parts.contracts.billedUnder(consumerId, { mandateId: mandateId ?? null, at });
    const revokedAt = await revokedAtOf(parts, request);
    return {
      consumer: {
        consumerId,
        cinMasked,
        paymentMode,
        paymentMethod,
        currency,
        revokedAt,
        driverContract,
      },
    };
  };
}

async function revokedAtOf(
  parts: ResolvePseudonymParts,
  { mandateId, directoryEntry, visitedUtility }: RequestOf<typeof resolvePseudonym>,
): Promise<string | null> {
  const revocation = mandateId === undefined ? null : await parts.issued.revocationOf(mandateId);
  if (revocation !== null) return revocation.document.issuedAt;
  if (directoryEntry === undefined) return null;
  return parts.credentials.entryEndedAt(visitedUtility, directoryEntry);
}

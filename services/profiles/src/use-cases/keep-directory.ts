import type {
  DirectoryPage,
  findToken,
  ReplyOf,
  RequestOf,
  SignedDirectoryEntry,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Clock, Signer, Verifier } from '@roamgrid/platform';
import type { CredentialStore, DirectoryStore, UnpublishedCredential } from '../directory-ports.js';
import { termsAt, type ConsumerStore, type OwnServices } from '../ports.js';

const BATCH = 100;
/** an entry is published anew with each change; one that nobody renewed says nothing after this */
const ENTRY_HOLDS_MS = 366 * 86_400_000;

export interface KeepDirectoryParts {
  readonly utility: string;
  readonly consumers: ConsumerStore;
  readonly credentials: CredentialStore;
  readonly directory: DirectoryStore;
  readonly services: Pick<OwnServices, 'agreementWith'>;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly clock: Clock;
  /** the utilities that may have an agreement with this one */
  readonly partners: () => readonly string[];
  /** asks a home for what it published here after a number */
  readonly directoryOf: (homeUtility: string, after: number) => Promise<DirectoryPage>;
}

/** Signs and sends what changed since each partner was told; only where an agreement lets them serve us. */
export async function publishDirectory(parts: KeepDirectoryParts): Promise<void> {
  for (const visitedUtility of parts.partners()) {
    let batch = await parts.credentials.unpublished(visitedUtility, BATCH);
    if (batch.length === 0) continue;
    const agreement = await parts.services.agreementWith(visitedUtility);
    if (agreement === null || termsAt(agreement, visitedUtility) === null) continue;
    while (batch.length > 0) {
      await publishBatch(parts, visitedUtility, batch);
      batch = await parts.credentials.unpublished(visitedUtility, BATCH);
    }
  }
}

async function publishBatch(
  parts: KeepDirectoryParts,
  visitedUtility: string,
  batch: readonly UnpublishedCredential[],
): Promise<void> {
  const consumerIds = [...new Set(batch.map(({ consumerId }) => consumerId))];
  const pseudonyms = await parts.consumers.pseudonymsFor(consumerIds, visitedUtility);
  const nowMs = parts.clock.now();
  await parts.credentials.publish(visitedUtility, batch, (credential, number) =>
    parts.signer.sign({
      type: 'directoryEntry' as const,
      schemaVersion: 1 as const,
      number,
      homeUtility: parts.utility,
      visitedUtility,
      tokenHash: credential.tokenHash,
      state: credential.state,
      pseudonym: pseudonyms.get(credential.consumerId) ?? '',
      assurance: 'claimed' as const,
      customerClass: credential.customerClass,
      planId: credential.planId,
      tier: credential.tier,
      issuedAt: formatInstant(nowMs),
      notAfter: formatInstant(nowMs + ENTRY_HOLDS_MS),
    }),
  );
}

/** @throws RoamgridError `signature_invalid`, `unprocessable` for entries of or for somebody else */
export function receiveDirectoryWith(parts: KeepDirectoryParts) {
  return async (page: DirectoryPage): Promise<Record<string, never>> => {
    for (const entry of page.entries) await checkEntry(parts, page.homeUtility, entry);
    await parts.directory.receive(page);
    return {};
  };
}

async function checkEntry(
  parts: KeepDirectoryParts,
  homeUtility: string,
  entry: SignedDirectoryEntry,
): Promise<void> {
  const { document } = entry;
  if (document.homeUtility !== homeUtility || document.visitedUtility !== parts.utility) {
    throw new RoamgridError('unprocessable', 'the entry is of another pair of utilities');
  }
  await parts.verifier.verify(entry, homeUtility, 'profiles');
}

/** Asks for entries that were missed; a home that is silent is asked again. */
export async function catchUpDirectory(parts: KeepDirectoryParts): Promise<void> {
  const receive = receiveDirectoryWith(parts);
  for (const { homeUtility, complete } of await parts.directory.incomplete()) {
    try {
      await receive(await parts.directoryOf(homeUtility, complete));
    } catch (error) {
      if (!(error instanceof RoamgridError) || error.next !== 'retrySame') throw error;
    }
  }
}

/** Whose card is this? Our own consumers' first, then what partners published. */
export function findTokenWith(parts: KeepDirectoryParts) {
  return async ({ identity }: RequestOf<typeof findToken>): Promise<ReplyOf<typeof findToken>> => {
    const own = await parts.consumers.find(identity);
    if (own !== null) {
      const state = own.isCredentialBlocked ? 'blocked' : 'active';
      return { token: { homeUtility: parts.utility, state } };
    }
    const entry = await parts.directory.find(identity);
    if (entry === null || parseInstant(entry.document.notAfter) <= parts.clock.now()) {
      return { token: null };
    }
    const { homeUtility, state } = entry.document;
    return { token: { homeUtility, state } };
  };
}

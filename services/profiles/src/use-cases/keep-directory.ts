import type {
  AgreementTerms,
  DirectoryEntryDocument,
  DirectoryPage,
  DirectoryStateDocument,
  findToken,
  ReplyOf,
  RequestOf,
  readDirectory,
  SignedDirectoryEntry,
  SignedDirectoryState,
} from '@roamgrid/contracts';
import {
  formatEnergyKwh,
  formatInstant,
  formatMoney,
  parseEnergyKwh,
  parseInstant,
  parseMoney,
  RoamgridError,
} from '@roamgrid/kernel';
import type { Clock, Signer, Verifier } from '@roamgrid/platform';
import type {
  CredentialStore,
  DirectorySigning,
  DirectoryStore,
  UnpublishedCredential,
} from '../directory-ports.js';
import type { PublishingRounds } from '../publishing-rounds.js';
import { termsAt, type ConsumerStore, type OwnServices } from '../ports.js';

const BATCH = 100;
/** a home that said nothing of its directory for so long is asked how it stands */
const STATE_RENEWED_AFTER_MS = 600_000;
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
  readonly rounds: PublishingRounds;
  /** the utilities that may have an agreement with this one */
  readonly partners: () => readonly string[];
  /** asks a home for what it published here after a number */
  readonly directoryOf: (homeUtility: string, after: number) => Promise<DirectoryPage>;
}

/**
 * Signs and sends what changed since each partner was told, be it a credential, its consumer or the agreement's
 * off-line rule; only where an agreement lets them serve us.
 */
export async function publishDirectory(parts: KeepDirectoryParts): Promise<void> {
  for (const visitedUtility of parts.partners()) {
    const terms = await termsWith(parts, visitedUtility);
    if (terms === null) continue;
    const rule = ruleOf(terms);
    const round = [visitedUtility, rule, await parts.credentials.lastRevision()] as const;
    const beganAtMs = parts.clock.now();
    if (!parts.rounds.isDue(...round, beganAtMs)) continue;
    // behind what was looked at: all together they are one way through the index
    const after = (revision: bigint) =>
      parts.credentials.unpublished(visitedUtility, rule, revision, BATCH);
    for (let batch = await after(0n); batch.length > 0;) {
      await publishBatch(parts, terms, batch);
      batch = await after(batch.at(-1)?.revision ?? 0n);
    }
    parts.rounds.note(...round, beganAtMs);
  }
}

/** Null also while our own CRP is not there yet: it is asked again soon. */
async function termsWith(
  { services }: KeepDirectoryParts,
  visitedUtility: string,
): Promise<AgreementTerms | null> {
  try {
    const agreement = await services.agreementWith(visitedUtility);
    return agreement === null ? null : termsAt(agreement, visitedUtility);
  } catch (error) {
    if (error instanceof RoamgridError && error.next === 'retrySame') return null;
    throw error;
  }
}

/** What of the terms stands in an entry: where it is another, all entries are. */
function ruleOf({ offlineRule, currency }: AgreementTerms): string {
  const { kind, energyKwh, amount } = offlineRule;
  return kind === 'deny' ? kind : [kind, energyKwh, amount, currency].join(' ');
}

async function publishBatch(
  parts: KeepDirectoryParts,
  terms: AgreementTerms,
  batch: readonly UnpublishedCredential[],
): Promise<void> {
  const { visitedUtility } = terms;
  const consumerIds = [...new Set(batch.map(({ consumerId }) => consumerId))];
  const pseudonyms = await parts.consumers.pseudonymsFor(consumerIds, visitedUtility);
  const nowMs = parts.clock.now();
  const entry: DirectorySigning['entry'] = (credential, number) => {
    const offline = offlineCapsOf(credential, terms);
    return parts.signer.sign<DirectoryEntryDocument>({
      type: 'directoryEntry',
      schemaVersion: 1,
      number,
      homeUtility: parts.utility,
      visitedUtility,
      tokenHash: credential.tokenHash,
      state: credential.state,
      pseudonym: pseudonyms.get(credential.consumerId) ?? '',
      assurance: 'claimed',
      customerClass: credential.customerClass,
      planId: credential.planId,
      tier: credential.tier,
      ...(offline === null ? {} : { offline }),
      issuedAt: formatInstant(nowMs),
      notAfter: formatInstant(nowMs + ENTRY_HOLDS_MS),
    });
  };
  const state = stateSigning(parts, visitedUtility);
  await parts.credentials.publish(visitedUtility, ruleOf(terms), batch, { entry, state });
}

const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right);

/**
 * What home lets this consumer charge while it is silent: never more than the rule, never more than the
 * consumer's own limit where both are in one currency. A prepaid balance and a card hold nothing then.
 */
function offlineCapsOf(
  { settings, state, isConsumerActive }: UnpublishedCredential,
  { offlineRule, currency }: AgreementTerms,
): DirectoryEntryDocument['offline'] | null {
  const { paymentMode, maxConcurrentSessions, preAgreedPrice } = settings;
  if (offlineRule.kind === 'deny' || state === 'blocked' || !isConsumerActive) return null;
  if (settings.roaming === false) return null;
  if (paymentMode !== 'postPaid' && paymentMode !== 'debit') return null;
  const ruleMinor = parseMoney(offlineRule.amount, currency).minor;
  const limitMinor =
    settings.currency === currency ? parseMoney(settings.limitAmount, currency).minor : ruleMinor;
  const energyMilliWh = smaller(
    parseEnergyKwh(offlineRule.energyKwh),
    parseEnergyKwh(settings.limitEnergyKwh),
  );
  return {
    energyKwh: formatEnergyKwh(energyMilliWh),
    money: { currency, amount: formatMoney({ currency, minor: smaller(ruleMinor, limitMinor) }) },
    paymentMode,
    maxConcurrentSessions,
    preAgreedPrice,
  };
}

/** How the directory for a visited utility stands now. */
function stateSigning(
  parts: KeepDirectoryParts,
  visitedUtility: string,
): DirectorySigning['state'] {
  return (number) =>
    parts.signer.sign<DirectoryStateDocument>({
      type: 'directoryState',
      schemaVersion: 1,
      homeUtility: parts.utility,
      visitedUtility,
      number,
      issuedAt: formatInstant(parts.clock.now()),
    });
}

/** As home: what was published to a utility after a number. */
export function readDirectoryWith(parts: KeepDirectoryParts) {
  return ({
    visitedUtility,
    after,
    limit,
  }: RequestOf<typeof readDirectory>): Promise<DirectoryPage> =>
    parts.credentials.publishedAfter(
      visitedUtility,
      after,
      limit,
      stateSigning(parts, visitedUtility),
    );
}

/** @throws RoamgridError `signature_invalid`, `unprocessable` for entries of or for somebody else */
export function receiveDirectoryWith(parts: KeepDirectoryParts) {
  return async (page: DirectoryPage): Promise<Record<string, never>> => {
    const { entries, state, homeUtility } = page;
    for (const document of state === undefined ? entries : [...entries, state]) {
      await checkOrigin(parts, homeUtility, document);
    }
    await parts.directory.receive(page);
    return {};
  };
}

async function checkOrigin(
  parts: KeepDirectoryParts,
  homeUtility: string,
  entry: SignedDirectoryEntry | SignedDirectoryState,
): Promise<void> {
  const { document } = entry;
  if (document.homeUtility !== homeUtility || document.visitedUtility !== parts.utility) {
    throw new RoamgridError('unprocessable', 'the entry is of another pair of utilities');
  }
  await parts.verifier.verify(entry, homeUtility, 'profiles');
}

/** Asks for entries that were missed, and how directories stand; a home that is silent is asked again. */
export async function catchUpDirectory(parts: KeepDirectoryParts): Promise<void> {
  const receive = receiveDirectoryWith(parts);
  for (const { homeUtility, complete } of await parts.directory.toBeAsked(
    parts.clock.now() - STATE_RENEWED_AFTER_MS,
  )) {
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

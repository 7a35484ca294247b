import type { AuditReport } from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Verifier } from '@roamgrid/platform';
import type { ContractStore, KeptVersion, VersionPlace } from '../contract-ports.js';
import { isSameContract, settingsOf } from '../contract-terms.js';
import type { ConsumerStore } from '../ports.js';

const PAGE = 500;

export interface AuditContractsParts {
  readonly utility: string;
  readonly consumers: Pick<ConsumerStore, 'read'>;
  readonly contracts: ContractStore;
  readonly verifier: Verifier;
}

type Breach = AuditReport['breaches'][number];

/**
 * Three invariants: each consumer's row names the version in force; its settings are that version's; versions
 * follow each other without a gap, each signed and naming the hash of the one before.
 */
export function auditContractsWith(parts: AuditContractsParts) {
  return async (): Promise<AuditReport> => {
    const { checked, consumerIds } = await parts.contracts.misnamed();
    const breaches: Breach[] = consumerIds.map((subject) => ({
      invariant: 'contractHashInForce',
      subject,
      detail: 'the consumer does not name the version of its contract that is in force',
    }));
    const counts = {
      contractHashInForce: checked,
      contractSettings: 0,
      contractVersionsChained: 0,
    };
    let before: KeptVersion | null = null;
    let page = await parts.contracts.page(null, PAGE);
    while (page.length > 0) {
      for (const kept of page) {
        counts.contractVersionsChained += 1;
        const broken = await chainFault(parts, kept, before);
        if (broken !== null) breaches.push(breachOf('contractVersionsChained', kept, broken));
        before = kept;
      }
      const differing = await settingsFaults(parts, page);
      counts.contractSettings += differing.checked;
      breaches.push(...differing.breaches);
      page = await parts.contracts.page(placeOf(page), PAGE);
    }
    return { checked: counts, breaches };
  };
}

function placeOf(page: readonly KeptVersion[]): VersionPlace | null {
  const last = page.at(-1);
  return last === undefined
    ? null
    : { driverContractId: last.driverContractId, version: last.version };
}

const breachOf = (invariant: string, kept: VersionPlace, detail: string): Breach => ({
  invariant,
  subject: `${kept.driverContractId} version ${String(kept.version)}`,
  detail,
});

/** @param before the version that stands before it in order of contract and version */
async function chainFault(
  { verifier, utility }: AuditContractsParts,
  { signed, documentHash, driverContractId, version }: KeptVersion,
  before: KeptVersion | null,
): Promise<string | null> {
  const { document } = signed;
  try {
    await verifier.verify(signed, utility, 'profiles');
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return 'hash or signature does not fit';
  }
  if (documentHash !== signed.documentHash) return 'the hash beside it is another';
  if (document.driverContractId !== driverContractId || document.version !== version) {
    return 'it is kept under another contract or number';
  }
  const last = before?.driverContractId === driverContractId ? before : null;
  if (version !== (last?.version ?? 0) + 1) return 'a version before it is missing';
  if (document.previousHash !== (last?.documentHash ?? null)) {
    return 'it does not name the hash of the version before';
  }
  const isLater =
    last === null ||
    parseInstant(document.validFrom) > parseInstant(last.signed.document.validFrom);
  return isLater ? null : 'it begins before the version before it';
}

/** Only the version that the consumer's row names is compared; what names no version is told by its hash. */
async function settingsFaults(
  { consumers }: AuditContractsParts,
  page: readonly KeptVersion[],
): Promise<{ checked: number; breaches: Breach[] }> {
  const breaches: Breach[] = [];
  let checked = 0;
  for (const kept of page) {
    const consumer = await consumers.read(kept.signed.document.consumerId);
    if (consumer?.driverContract?.hash !== kept.documentHash) continue;
    checked += 1;
    if (isSameContract(consumer.settings, settingsOf(kept.signed.document))) continue;
    const detail = "the consumer's settings are not those of the version in force";
    breaches.push(breachOf('contractSettings', kept, detail));
  }
  return { checked, breaches };
}

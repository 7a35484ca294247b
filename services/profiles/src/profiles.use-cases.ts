import type {
  DrainRequest,
  noteAgreementStanding,
  noteMandateUse,
  readContractVersion,
  readRevocations,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import type { HeldMandateStore } from './ports.js';
import {
  authenticateConsumerWith,
  type AuthenticateConsumerParts,
} from './use-cases/authenticate-consumer.js';
import {
  findMandateWith,
  receiveRevocationWith,
  storeMandateWith,
  type HoldMandatesParts,
} from './use-cases/hold-mandates.js';
import { authorizeOfflineWith, type AuthorizeOfflineParts } from './use-cases/authorize-offline.js';
import { readRetailTariffWith } from './use-cases/fetch-prices-ahead.js';
import { auditContractsWith, type AuditContractsParts } from './use-cases/audit-contracts.js';
import {
  amendContractWith,
  concludeContractWith,
  endContractWith,
} from './use-cases/change-contract.js';
import { issueMandateWith, type IssueMandateParts } from './use-cases/issue-mandate.js';
import {
  createConsumerWith,
  findConsumerWith,
  updateConsumerWith,
  type ManageConsumersParts,
} from './use-cases/manage-consumers.js';
import {
  findTokenWith,
  readDirectoryWith,
  receiveDirectoryWith,
  type KeepDirectoryParts,
} from './use-cases/keep-directory.js';
import {
  addCardWith,
  changeCardWith,
  findCardWith,
  listCardsWith,
  type ManageCardsParts,
} from './use-cases/manage-cards.js';
import { noteChargeWith, type NoteChargeParts } from './use-cases/note-charge.js';
import { resolvePseudonymWith } from './use-cases/resolve-pseudonym.js';
import { revokeMandateWith } from './use-cases/revoke-mandate.js';

export type ProfilesParts = AuditContractsParts &
  AuthenticateConsumerParts &
  AuthorizeOfflineParts &
  KeepDirectoryParts &
  ManageCardsParts &
  IssueMandateParts &
  ManageConsumersParts &
  HoldMandatesParts &
  NoteChargeParts & {
    readonly held: HeldMandateStore;
    readonly drain: (wish: DrainRequest) => Promise<void>;
  };

/** What profiles can do, in one list. */
export function profilesUseCases(parts: ProfilesParts) {
  return {
    authenticateConsumer: authenticateConsumerWith(parts),
    issueMandate: issueMandateWith(parts),
    findMandate: findMandateWith(parts),
    storeMandate: storeMandateWith(parts),
    receiveRevocation: receiveRevocationWith(parts),
    revokeMandate: revokeMandateWith(parts),
    createConsumer: createConsumerWith(parts),
    updateConsumer: updateConsumerWith(parts),
    findConsumer: findConsumerWith(parts),
    amendContract: amendContractWith(parts),
    concludeContract: concludeContractWith(parts),
    endContract: endContractWith(parts),
    auditContracts: auditContractsWith(parts),
    async readContractVersion({
      driverContractId,
      version,
    }: RequestOf<typeof readContractVersion>): Promise<ReplyOf<typeof readContractVersion>> {
      return { found: await parts.contracts.version(driverContractId, version) };
    },
    listCards: listCardsWith(parts),
    findCard: findCardWith(parts),
    addCard: addCardWith(parts),
    changeCard: changeCardWith(parts),
    receiveDirectory: receiveDirectoryWith(parts),
    findToken: findTokenWith(parts),
    readDirectory: readDirectoryWith(parts),
    authorizeOffline: authorizeOfflineWith(parts),
    readRetailTariff: readRetailTariffWith(parts),
    noteCharge: noteChargeWith(parts),
    async noteMandateUse(
      request: RequestOf<typeof noteMandateUse>,
    ): Promise<Record<string, never>> {
      await parts.held.markUsedUp(request.mandateId);
      await parts.issued.markUsedUp(request.mandateId);
      await parts.offline.markUsedUp(request.mandateId);
      return {};
    },
    resolvePseudonym: resolvePseudonymWith(parts),
    async readRevocations(
      request: RequestOf<typeof readRevocations>,
    ): Promise<ReplyOf<typeof readRevocations>> {
      const { visitedUtility, after, limit } = request;
      return { items: await parts.issued.revocationsAfter(visitedUtility, after, limit) };
    },
    async noteAgreementStanding(
      request: RequestOf<typeof noteAgreementStanding>,
    ): Promise<Record<string, never>> {
      await parts.held.keepStanding(request);
      // another version may have another off-line rule
      parts.tellPartners();
      return {};
    },
    async drain(request: DrainRequest): Promise<Record<string, never>> {
      await parts.drain(request);
      return {};
    },
  };
}

export type ProfilesUseCases = ReturnType<typeof profilesUseCases>;

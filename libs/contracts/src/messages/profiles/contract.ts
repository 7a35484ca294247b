import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  contractAcceptance,
  driverContractDocument,
  signedDriverContract,
  signedDriverContractEnd,
} from '../../documents/driver-contract.js';
import { hashHex, identifier, instantString, nothing, uuid } from '../../values.js';
import { auditReport } from '../settlement/bill.js';
import { consumerSettings } from './consumer.js';

export const contractVersionState = z.enum(['in_force', 'superseded', 'ended']);
export type ContractVersionState = z.infer<typeof contractVersionState>;

const versionNumber = driverContractDocument.shape.version;

/** A driver's contract with its newest version; `state` is that version's. */
export const contractView = z.strictObject({
  driverContractId: uuid,
  consumerId: identifier,
  state: z.enum(['in_force', 'ended']),
  version: versionNumber,
  ...signedDriverContract.shape,
  /** newest first, 500 at most */
  versions: z.array(
    z.strictObject({
      version: versionNumber,
      documentHash: hashHex,
      validFrom: instantString,
      state: contractVersionState,
    }),
  ),
  end: signedDriverContractEnd.nullable(),
});
export type ContractView = z.infer<typeof contractView>;

/** What tells one state of a contract from another: `If-Match` names it. */
export function contractRevision(view: Pick<ContractView, 'documentHash' | 'end'>): string {
  return view.end?.documentHash ?? view.documentHash;
}

/** What a new version may say; what it does not name stays. */
export const contractChanges = consumerSettings.omit({ paymentMethod: true }).partial();

/** revisions (hashes) that the caller has read, `*` for any; null where it names none */
const revisions = z.array(z.string()).nullable();

export const amendContract = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'amendContract',
  version: 1,
  summary: "Signs the next version of a driver's contract; open mandates of the last one end.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    driverContractId: uuid,
    /** the number that the caller gives the new version; null for the next */
    version: versionNumber.nullable(),
    changes: contractChanges,
    acceptance: contractAcceptance.nullable(),
    revisions,
  }),
  reply: contractView,
});

export const concludeContract = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'concludeContract',
  version: 1,
  summary: 'Concludes a contract with a consumer whose last one has ended.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    consumerId: identifier,
    changes: contractChanges,
    acceptance: contractAcceptance.nullable(),
  }),
  reply: contractView,
});

export const endContract = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'endContract',
  version: 1,
  summary: "Ends a driver's contract: no new mandate; what was charged is billed.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    driverContractId: uuid,
    reason: z.string().min(1).max(300),
    revisions,
  }),
  reply: contractView,
});

export const readContractVersion = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'readContractVersion',
  version: 1,
  summary: "One version of a driver's contract, as it was signed.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ driverContractId: uuid, version: versionNumber }),
  reply: z.strictObject({
    found: z
      .strictObject({
        ...signedDriverContract.shape,
        state: contractVersionState,
        /** when the next version, or the end, took its place */
        validTo: instantString.nullable(),
      })
      .nullable(),
  }),
});

export const auditContracts = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'auditContracts',
  version: 1,
  summary: 'Checks that each consumer stands under the version of the contract that is in force.',
  senders: ['portal'],
  scope: 'own',
  request: nothing,
  reply: auditReport,
});

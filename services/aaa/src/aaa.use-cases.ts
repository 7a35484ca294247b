import type { AaaParts } from './aaa-parts.js';
import { authorizeRoamingWith, type AuthorizeRoamingParts } from './use-cases/authorize-roaming.js';
import { consentWith } from './use-cases/consent.js';
import { correctMandateUseWith } from './use-cases/correct-mandate-use.js';
import { declineWith } from './use-cases/decline.js';
import { endMandateWith } from './use-cases/end-mandate.js';
import { keepingRefusedFrames } from './use-cases/keep-refused-frame.js';
import { notePartnerStandingWith } from './use-cases/note-partner-standing.js';
import { noteEndWith, noteStartWith } from './use-cases/note-visit.js';
import { recallMandateWith } from './use-cases/recall-mandate.js';
import { recordTransactionEventWith } from './use-cases/record-transaction-event.js';
import {
  authenticateStationWith,
  readStationSessionWith,
  recordFrameWith,
  type StationAffairsParts,
} from './use-cases/station-affairs.js';
import { isStationIdTakenWith, registerStationWith } from './use-cases/register-station.js';
import { resolveSuspenseWith } from './use-cases/resolve-suspense.js';
import { swipeWith } from './use-cases/swipe.js';

export type AllAaaParts = AaaParts & AuthorizeRoamingParts & StationAffairsParts;

/** What AAA can do, in one list: for its own stations, and as home for partners. */
export function aaaUseCases(parts: AllAaaParts) {
  return {
    authenticateStation: authenticateStationWith(parts),
    recordFrame: recordFrameWith(parts),
    registerStation: registerStationWith(parts),
    isStationIdTaken: isStationIdTakenWith(parts),
    readStationSession: readStationSessionWith(parts),
    swipe: keepingRefusedFrames(parts, swipeWith(parts)),
    decline: keepingRefusedFrames(parts, declineWith(parts)),
    consent: keepingRefusedFrames(parts, consentWith(parts)),
    recordTransactionEvent: keepingRefusedFrames(parts, recordTransactionEventWith(parts)),
    authorizeRoaming: authorizeRoamingWith(parts),
    noteStart: noteStartWith(parts),
    noteEnd: noteEndWith(parts),
    recallMandate: recallMandateWith(parts),
    endMandate: endMandateWith(parts),
    notePartnerStanding: notePartnerStandingWith(parts),
    correctMandateUse: correctMandateUseWith(parts),
    resolveSuspense: resolveSuspenseWith(parts),
  };
}

export type AaaUseCases = ReturnType<typeof aaaUseCases>;

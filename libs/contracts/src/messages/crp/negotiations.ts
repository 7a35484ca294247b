import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  customerClass,
  hashHex,
  identifier,
  instantString,
  nothing,
  stationClass,
  utilitySlug,
} from '../../values.js';
import { negotiationMove } from './pricing.js';

/** Why a negotiation came to its outcome, and through whom. */
export const negotiationEnding = z.strictObject({
  cause: z.enum([
    'accepted',
    'walkedAway',
    'roundsUsedUp',
    'deadlinePassed',
    /** no answer in time: to an offer, or to the request to sign */
    'silent',
    /** a move out of turn, outside the bounds, off the grid, or a step back */
    'protocolBroken',
    /** it answered that it will not go on, or will not sign */
    'refused',
    /** the signature under the outcome is not its own */
    'signatureInvalid',
    'nothingToBargain',
  ]),
  by: z.enum(['visited', 'home']).nullable(),
  detail: z.string().max(400),
});
export type NegotiationEnding = z.infer<typeof negotiationEnding>;

export const recordedMove = z.strictObject({
  round: z.int(),
  by: z.enum(['visited', 'home']),
  move: negotiationMove,
  at: instantString,
});

/** A side that fell silent or broke the protocol learns what the other side has on record. */
export const noteNegotiationEnd = defineContract({
  kind: 'event',
  service: 'crp',
  name: 'noteNegotiationEnd',
  version: 1,
  summary: 'Visited broke a negotiation off; home learns why, with the transcript.',
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({
    negotiationId: identifier,
    visitedUtility: utilitySlug,
    homeUtility: utilitySlug,
    customerClass,
    stationClass,
    agreementHash: hashHex,
    rounds: z.int().min(1),
    startedAt: instantString,
    endedAt: instantString,
    moves: z.array(recordedMove).max(400),
    outcome: z.enum(['defaultApplied', 'failed']),
    ending: negotiationEnding,
  }),
  reply: nothing,
});

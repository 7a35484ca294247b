import type { NegotiationTerms } from './grid.js';
import { isOver, type Transcript } from './moves.js';
import type { Schedule } from './schedule.js';

export interface Judgement {
  readonly outcome: 'agreed' | 'defaultApplied';
  readonly schedule: Schedule;
  /** no further move may come */
  readonly isFinal: boolean;
}

/** What a checked transcript comes to: the accepted offer, else the agreement's default. */
export function judge(terms: NegotiationTerms, transcript: Transcript): Judgement {
  const isFinal = isOver(transcript, terms.rounds);
  const accepted = transcript.at(-1)?.move === 'accept' ? transcript.at(-2) : undefined;
  return accepted?.move === 'offer'
    ? { outcome: 'agreed', schedule: accepted.schedule, isFinal }
    : { outcome: 'defaultApplied', schedule: terms.defaultSchedule, isFinal };
}

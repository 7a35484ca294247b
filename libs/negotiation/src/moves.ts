import type { Side } from './policy.js';
import type { Schedule } from './schedule.js';

/** One move: a schedule of energy prices, or acceptance of the other's last one, or the end. */
export type NegotiationMove =
  | { readonly move: 'offer'; readonly schedule: Schedule }
  | { readonly move: 'accept' }
  | { readonly move: 'walkAway'; readonly reason: string };

/** All moves so far, the visited side first, then in turn. */
export type Transcript = readonly NegotiationMove[];

/** In the first round each side's offer declares its weights, in the second its limits. */
export const WEIGHTS_ROUND = 1;
export const LIMITS_ROUND = 2;

/** The round that the move at this place of the transcript belongs to; from 1. */
export function roundOf(index: number): number {
  return (index >> 1) + 1;
}

export function sideOf(index: number): Side {
  return index % 2 === 0 ? 'visited' : 'home';
}

/** No move may follow: somebody ended it, or the rounds are used up. */
export function isOver(transcript: Transcript, rounds: number): boolean {
  const last = transcript.at(-1);
  return (last !== undefined && last.move !== 'offer') || transcript.length >= 2 * rounds;
}

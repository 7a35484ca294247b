export { checkMove, checkTranscript } from './check-move.js';
export { declarationOf, type Declaration } from './declaration.js';
export {
  frontierOf,
  gainsOf,
  isWithinLimits,
  scoresOf,
  type FrontierPoint,
  type Scores,
} from './frontier.js';
export { isNegotiable, positionsOf, scheduleAt, stepCount, type NegotiationTerms } from './grid.js';
export { judge, type Judgement } from './judge.js';
export { isOver, roundOf, sideOf, type NegotiationMove, type Transcript } from './moves.js';
export { nextMove } from './next-move.js';
export {
  negotiationPolicySchema,
  type BandValuation,
  type NegotiationPolicy,
  type Side,
} from './policy.js';
export { resolveWithLoad, type LoadSpan } from './resolve-load.js';
export { resolveSchedule } from './resolve-schedule.js';
export {
  energyBandsOf,
  LOAD_BANDS,
  scheduleOf,
  type EnergyBand,
  type LoadBand,
  type Schedule,
  type ScheduleBand,
} from './schedule.js';

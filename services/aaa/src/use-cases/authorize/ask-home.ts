import type {
  Assurance,
  RefusalReason,
  SignedAgreedTariff,
  SignedMandate,
} from '@roamgrid/contracts';
import { RoamgridError, type ErrorCode } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { TraceEntry } from '../../ports.js';
import { refuse, type Grant, type Refusal, type Visitor } from './grant.js';

/** Collects what happened on the way: calls to home are counted, steps are kept for the trace. */
class Way {
  homeCalls = 0;
  readonly trace: TraceEntry[] = [];
  readonly #parts: AaaParts;
  readonly #visitor: Visitor;

  constructor(parts: AaaParts, visitor: Visitor) {
    this.#parts = parts;
    this.#visitor = visitor;
  }

  /** A domestic driver's home is this utility itself: no call leaves it. */
  countHomeCalls(calls: number): void {
    if (this.#visitor.homeUtility !== this.#parts.utility) this.homeCalls += calls;
  }

  note(step: TraceEntry['step'], to: string, startedMs: number, documentHash: string | null): void {
    this.trace.push({
      step,
      occurrence: this.#visitor.sessionId,
      from: `${this.#parts.utility}/${step === 'negotiate' ? 'crp' : 'aaa'}`,
      to,
      atMs: startedMs,
      durationMs: this.#parts.clock.now() - startedMs,
      documentHash,
    });
  }

  refuse(reason: RefusalReason): Refusal {
    return refuse(reason, this.homeCalls, this.trace);
  }
}

/** how far back home is told what became of mandates for one session; by then it knows all older ones */
const ONE_SESSION_TOLD_MS = 86_400_000;

/** profiles does not keep what home did not sign, or signed for something else */
const UNSOUND_MANDATE: readonly ErrorCode[] = ['signature_invalid', 'unprocessable'];

/** What a home that fails means for the driver; never "silence means yes". */
function reasonOfFailure(error: unknown): RefusalReason {
  if (!(error instanceof RoamgridError)) throw error;
  const answersLater = error.next === 'retrySame' || error.next === 'unknownOutcome';
  // home answered, and will not stand for this price or this mandate
  return answersLater ? 'home_unreachable' : 'tariff_unavailable';
}

/** A question to home. Its failure refuses the driver; one of our own services' is ours and is thrown. */
async function asked<Reply>(
  { silentHomes }: AaaParts,
  { homeUtility }: Visitor,
  question: () => Promise<Reply>,
): Promise<Reply | Failed> {
  try {
    return await silentHomes.ask(homeUtility, question);
  } catch (error) {
    return { decision: 'failed', reason: reasonOfFailure(error) };
  }
}

interface Failed {
  readonly decision: 'failed';
  readonly reason: RefusalReason;
}

/** Agreement → credentials at home → agreed tariff → mandate. Silence is a refusal here, and said to be one. */
export async function askHome(parts: AaaParts, visitor: Visitor): Promise<Grant | Refusal> {
  const way = new Way(parts, visitor);
  const { homeUtility } = visitor;
  const roaming = homeUtility !== parts.utility;
  if (roaming && (await parts.neighbours.termsWith(homeUtility)) === null) {
    return way.refuse('no_agreement');
  }
  // home owes more than we let it: to its drivers the agreement rests (decision 9)
  if (roaming && (await parts.standings.isSuspended(homeUtility))) {
    return way.refuse('no_agreement');
  }
  // it kept a driver waiting a moment ago: this one hears at once what the off-line rule says
  if (roaming && !parts.silentHomes.mayAsk(homeUtility)) return way.refuse('home_unreachable');
  const verdict = await authenticate(parts, visitor, way);
  if (verdict.decision !== 'accepted') return way.refuse(verdict.reason);
  const priced = await agreeOnPrice(parts, visitor, verdict.customerClass, way);
  if ('reason' in priced) return way.refuse(priced.reason);
  const { agreedTariff } = priced;
  const reply = await requestMandate(parts, visitor, way, { ...verdict, agreedTariff });
  if (reply.decision !== 'issued') return way.refuse(reply.reason);
  return grant(parts, visitor, way, { mandate: reply.mandate, agreedTariff });
}

async function requestMandate(
  parts: AaaParts,
  visitor: Visitor,
  way: Way,
  basis: { pseudonym: string; assurance: Assurance; agreedTariff: SignedAgreedTariff },
) {
  const { pseudonym, assurance, agreedTariff } = basis;
  const { homeUtility, sessionId } = visitor;
  const startedMs = parts.clock.now();
  const held = await parts.store.oneSessionMandates(pseudonym, startedMs - ONE_SESSION_TOLD_MS);
  way.countHomeCalls(1);
  const request = { sessionId, pseudonym, assurance, agreedTariff, held };
  const reply = await asked(parts, visitor, () =>
    parts.neighbours.requestMandate(homeUtility, request),
  );
  const hash = reply.decision === 'issued' ? reply.mandate.documentHash : null;
  way.note('authorize', `${homeUtility}/aaa`, startedMs, hash);
  return reply;
}

async function authenticate(parts: AaaParts, visitor: Visitor, way: Way) {
  const { request, station } = visitor;
  const startedMs = parts.clock.now();
  way.countHomeCalls(1);
  const verdict = await asked(parts, visitor, () =>
    parts.neighbours.authorizeAtHome(visitor.homeUtility, {
      sessionId: visitor.sessionId,
      identity: visitor.identity,
      medium: request.medium,
      assurance: request.assurance,
      pin: request.pin,
      stationId: station.record.document.stationId,
      stationClass: station.record.document.stationClass,
    }),
  );
  way.note('authenticate', `${visitor.homeUtility}/aaa`, startedMs, null);
  return verdict;
}

async function agreeOnPrice(
  parts: AaaParts,
  visitor: Visitor,
  customerClass: 'residential' | 'commercial',
  way: Way,
): Promise<{ agreedTariff: SignedAgreedTariff } | { reason: RefusalReason }> {
  const startedMs = parts.clock.now();
  const priced = await parts.neighbours.agreeTariff(
    visitor.homeUtility,
    customerClass,
    visitor.station.record.document.stationClass,
  );
  way.countHomeCalls(priced.messagesToHome);
  const agreed = priced.decision === 'agreed' ? priced.agreedTariff : null;
  if (agreed === null || agreed.document.negotiationId !== null) {
    way.note('negotiate', `${visitor.homeUtility}/crp`, startedMs, agreed?.documentHash ?? null);
  }
  return priced.decision === 'agreed' ? { agreedTariff: priced.agreedTariff } : priced;
}

async function grant(
  parts: AaaParts,
  visitor: Visitor,
  way: Way,
  entry: { mandate: SignedMandate; agreedTariff: SignedAgreedTariff },
): Promise<Grant | Refusal> {
  try {
    await parts.neighbours.storeMandate(visitor.identity, entry);
  } catch (error) {
    const isForged =
      error instanceof RoamgridError && UNSOUND_MANDATE.some((code) => code === error.code);
    if (!isForged) throw error;
    return way.refuse('tariff_unavailable');
  }
  return {
    outcome: 'granted',
    ...entry,
    authorizedBy: 'home',
    homeCalls: way.homeCalls,
    trace: way.trace,
  };
}

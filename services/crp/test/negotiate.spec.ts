import { beforeAll, describe, expect, it } from '@jest/globals';
import { parsePriceMicros, RoamgridError } from '@roamgrid/kernel';
import { nextMove, scheduleOf, type NegotiationPolicy } from '@roamgrid/negotiation';
import { wireMove } from '../src/decisions/wire-move.js';
import type { PartnerCrp } from '../src/ports.js';
import { negotiate, type Negotiated } from '../src/use-cases/negotiate.js';
import { termsOf, wholesaleTariff } from './documents.js';
import { demonstrationPolicies, TestClock } from './two-utilities.js';

let policies: { visited: NegotiationPolicy; home: NegotiationPolicy };
beforeAll(async () => {
  policies = await demonstrationPolicies();
});

const terms = {
  priceFloorMicros: parsePriceMicros('0.10'),
  priceCapMicros: parsePriceMicros('0.45'),
  gridStepMicros: parsePriceMicros('0.005'),
  rounds: 10,
  defaultSchedule: scheduleOf(wholesaleTariff()) ?? [],
};

/** Bargains with a home that answers as the protocol wants, after `beforeAnswer`. */
function bargain(
  beforeAnswer: (call: number, clock: TestClock, timeoutMs: number) => void,
): Promise<Negotiated> {
  const clock = new TestClock();
  let calls = 0;
  const answerOffer: PartnerCrp['answerOffer'] = (_home, { transcript }, timeoutMs) =>
    new Promise((resolve) => {
      calls += 1;
      beforeAnswer(calls, clock, timeoutMs);
      resolve(wireMove(nextMove(policies.home, terms, transcript)));
    });
  const never = (): Promise<never> => Promise.reject(new Error('not asked for here'));
  return negotiate(
    {
      clock,
      log: { warn: () => undefined },
      partners: {
        answerOffer,
        cosignAgreedTariff: never,
        receiveProposal: () => Promise.reject(new Error('not asked')),
        cosignAgreement: never,
        readPublishedTariff: never,
      },
    },
    {
      negotiationId: 'n',
      agreementHash: 'a'.repeat(64),
      agreementTerms: termsOf([]),
      customerClass: 'residential',
      stationClass: 'AC',
      policy: policies.visited,
      terms,
      startedAtMs: clock.now(),
    },
  );
}

const unreachable = new RoamgridError('peer_unreachable', 'no answer in time');

describe('negotiate', () => {
  it('gives no call more time than the agreement leaves', async () => {
    const timeouts: number[] = [];
    await bargain((_call, clock, timeoutMs) => {
      timeouts.push(timeoutMs);
      clock.nowMs += 500;
    });
    expect(timeouts.slice(0, 3)).toEqual([2_500, 2_250, 2_000]);
  });

  it('walks away when the deadline has passed', async () => {
    const { settlement, moves } = await bargain((_call, clock) => {
      clock.nowMs += 2_000;
    });
    expect(settlement.outcome).toBe('defaultApplied');
    expect(moves.at(-1)?.move).toEqual({ move: 'walkAway', reason: 'the deadline has passed' });
  });

  it('sends an offer again when its answer was lost', async () => {
    const { settlement, messagesToHome } = await bargain((call) => {
      if (call === 3) throw unreachable;
    });
    expect(settlement.outcome).toBe('agreed');
    expect(messagesToHome).toBe(9);
  });

  it('comes to the default when home stays silent', async () => {
    const { settlement, moves, messagesToHome } = await bargain(() => {
      throw unreachable;
    });
    expect(settlement).toMatchObject({
      outcome: 'defaultApplied',
      schedule: terms.defaultSchedule,
    });
    expect([moves.length, messagesToHome]).toEqual([1, 2]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import {
  checkMove,
  declarationOf,
  frontierOf,
  judge,
  nextMove,
  positionsOf,
  scheduleAt,
  scoresOf,
  type Declaration,
  type NegotiationMove,
} from '../src/index.js';
import { demonstrationPolicies } from './demonstration-policies.js';
import { play, termsWith } from './terms.js';

const { visited, home } = demonstrationPolicies;
const terms = termsWith({});
const offer = (prices: string): NegotiationMove => {
  const each = prices.split(' ');
  return {
    move: 'offer',
    schedule: terms.defaultSchedule.map((band, index) => ({
      ...band,
      pricePerKwh: each[index] ?? '?',
    })),
  };
};

function declared(side: 'visited' | 'home', transcript: NegotiationMove[]): Declaration {
  const found = declarationOf(side, terms, transcript);
  if (found === null) throw new Error('nothing is declared yet');
  return found;
}

describe('the demonstration policies', () => {
  it('agree on dearer days and cheaper nights', () => {
    const transcript = play(terms, { visited, home });
    const { outcome, schedule } = judge(terms, transcript);
    expect(outcome).toBe('agreed');
    expect(transcript.length).toBeLessThan(2 * terms.rounds);
    expect(schedule.map((band) => `${band.startTime} ${band.loadBand} ${band.pricePerKwh}`))
      .toMatchInlineSnapshot(`
     [
       "06:00 low 0.29",
       "06:00 normal 0.335",
       "06:00 high 0.36",
       "22:00 low 0.14",
       "22:00 normal 0.155",
       "22:00 high 0.18",
     ]
    `);
  });

  it('come to the default where the rounds do not suffice', () => {
    const short = termsWith({ rounds: 2 });
    const transcript = play(short, { visited, home });
    expect(transcript).toHaveLength(4);
    expect(judge(short, transcript)).toEqual({
      outcome: 'defaultApplied',
      schedule: short.defaultSchedule,
      isFinal: true,
    });
  });
});

describe('nextMove', () => {
  it('declares the weights first: the cap where visited has most at stake', () => {
    expect(nextMove(visited, terms, [])).toMatchObject({ move: 'offer' });
    const opening = nextMove(visited, terms, []);
    checkMove(terms, [], opening);
  });

  it('accepts what is no worse than its own next offer, and nothing else', () => {
    const before = play(terms, { visited, home }).slice(0, 8);
    const [byVisited, byHome] = [declared('visited', before), declared('home', before)];
    const frontier = frontierOf(terms, byVisited, byHome);
    const own = nextMove(visited, terms, before);
    if (own.move !== 'offer') throw new Error('visited makes no offer');
    const { visitedScore } = scoresOf(byVisited, byHome, positionsOf(terms, own.schedule) ?? []);
    const target = frontier.findIndex((point) => point.visitedScore === visitedScore);
    const answerTo = (index: number): string => {
      const schedule = scheduleAt(terms, frontier[index]?.positions ?? []);
      return nextMove(visited, terms, [...before.slice(0, -1), { move: 'offer', schedule }]).move;
    };
    expect([target - 1, target, target + 1].map(answerTo)).toEqual(['offer', 'accept', 'accept']);
  });

  it('walks away where the policy lacks a band', () => {
    const partial = { ...visited, bands: visited.bands.slice(0, 1) };
    expect(nextMove(partial, terms, [])).toMatchObject({ move: 'walkAway' });
  });

  it('walks away where both weigh all bands alike: nothing is left to gain', () => {
    const even = (policy: typeof visited | typeof home) =>
      ({ ...policy, bands: policy.bands.map((band) => ({ ...band, weight: 5 })) }) as never;
    const transcript = play(terms, { visited: even(visited), home: even(home) });
    expect(transcript.at(-1)).toEqual({
      move: 'walkAway',
      reason: 'the default cannot be improved on for both',
    });
  });
});

describe('checkMove', () => {
  const full = play(terms, { visited, home });
  const after = (count: number): NegotiationMove[] => full.slice(0, count);
  const good = '0.40 0.40 0.40 0.40 0.40 0.40';

  // moves before | move | what is wrong with it
  const cases: [string, number, NegotiationMove, string][] = [
    ['a price off the grid', 0, offer('0.401 0.40 0.40 0.40 0.40 0.40'), 'off the grid'],
    ['a price above the cap', 0, offer('0.46 0.40 0.40 0.40 0.40 0.40'), 'off the grid'],
    ['a price below the floor', 2, offer('0.095 0.40 0.40 0.40 0.40 0.40'), 'off the grid'],
    ['an opening that declares no weight', 0, offer(`0.10 ${good.slice(5)}`), 'no weights'],
    ['acceptance of an opening', 1, { move: 'accept' }, 'no offer to accept'],
    ['acceptance of limits', 4, { move: 'accept' }, 'no offer to accept'],
    ['an offer worse for both', 4, offer('0.30 0.30 0.30 0.30 0.30 0.30'), 'better for both'],
    ['a move after the end', full.length, { move: 'accept' }, 'over'],
  ];

  it.each(cases)('refuses %s', (_name, count, move, detail) => {
    expect(() => {
      checkMove(terms, after(count), move);
    }).toThrow(RoamgridError);
    expect(() => {
      checkMove(terms, after(count), move);
    }).toThrow(detail);
  });

  it('refuses other bands', () => {
    const swapped = { move: 'offer' as const, schedule: [...terms.defaultSchedule].reverse() };
    expect(() => {
      checkMove(terms, [], swapped);
    }).toThrow('bands other than');
  });

  it('refuses an offer that takes back an earlier one', () => {
    const visitedOffers = full.filter((_move, index) => index >= 4 && index % 2 === 0);
    const [firstOffer] = visitedOffers;
    if (firstOffer === undefined) throw new Error('the transcript has no offers');
    const later = after(8);
    expect(() => {
      checkMove(terms, later, firstOffer);
    }).toThrow('takes back');
  });

  it('refuses an offer of home that nobody could answer', () => {
    const short = termsWith({ rounds: 3 });
    const played = play(short, { visited, home }).slice(0, 5);
    const standing = played.at(-1);
    if (standing === undefined) throw new Error('no moves');
    expect(() => {
      checkMove(short, played, standing);
    }).toThrow('nobody can answer');
  });

  it('lets a side walk away at any turn', () => {
    for (const count of [0, 1, 3, 5]) {
      checkMove(terms, after(count), { move: 'walkAway', reason: 'changed mind' });
    }
  });
});

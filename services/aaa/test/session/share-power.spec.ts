import { describe, expect, it } from '@jest/globals';
import { LEAST_W, sharePower, type SharingCharge } from '../../src/session/share-power.js';

/** `22000 p7 70% idle free`: connector, priority, share, connected without energy, takes no limit */
function charge(text: string, index: number): SharingCharge {
  const [powerW = '0', ...marks] = text.trim().split(' ');
  const marked = (pattern: RegExp): string | undefined =>
    marks.map((mark) => pattern.exec(mark)?.[1]).find((found) => found !== undefined);
  const share = marked(/^(\d+)%$/);
  return {
    sessionId: `s${String(index)}`,
    powerW: BigInt(powerW),
    priority: Number(marked(/^p(-?\d)$/) ?? '0'),
    shareMillionths: share === undefined ? null : BigInt(share) * 1_000_000n,
    isIdle: marks.includes('idle'),
    isControllable: !marks.includes('free'),
  };
}

// site | charges | what each may draw
const TABLE = `
22000 |                                      |
22000 | 22000                                | 22000
11000 | 22000                                | 11000
22000 | 22000, 22000                         | 11000 11000
22000 | 22000 p7, 22000                      | 20620 1380
22000 | 22000 p7 70%, 22000                  | 15400 6600
22000 | 22000 p7 70%, 11000                  | 15400 6600
22000 | 22000 p7 50%, 7400                   | 14600 7400
22000 | 22000 p7, 22000 p7, 22000            | 10310 10310 1380
22000 | 22000 p3, 22000 p7, 22000 p5         | 1380 19240 1380
22000 | 22000 p-9, 22000                     | 1380 20620
22000 | 22000 p7 idle, 22000                 | 1380 20620
22000 | 22000 idle, 22000 idle               | 1380 1380
22000 | 22000 free, 22000                    | - 1380
33000 | 22000 free, 22000 p7, 22000          | - 9620 1380
2800  | 22000 p7, 22000                      | 1420 1380
2000  | 22000 p7, 22000                      | 1380 1380
0     | 22000, 1000                          | 1380 1000
50000 | 1000, 22000                          | 1000 22000
`;

const rows = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('what charges of a site may draw', () => {
  it.each(rows)('%s W for %s: %s', (siteW = '', told = '', expected = '') => {
    const charges = told === '' ? [] : told.split(',').map(charge);
    const shares = sharePower(BigInt(siteW), charges);
    const found = charges.map(({ sessionId }) => String(shares.get(sessionId) ?? '-')).join(' ');
    expect(found).toBe(expected);
  });

  it('never asks a site for more than it has, nor a connector, nor starves anybody', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let round = 0; round < 500; round += 1) {
      const siteW = BigInt(random(60_000));
      const charges = Array.from({ length: 1 + random(6) }, (_, index): SharingCharge => ({
        sessionId: `s${String(index)}`,
        powerW: BigInt(1_500 + random(30_000)),
        priority: random(19) - 9,
        shareMillionths: random(2) === 0 ? null : BigInt(1 + random(100)) * 1_000_000n,
        isIdle: random(4) === 0,
        isControllable: true,
      }));
      const shares = sharePower(siteW, charges);
      const sum = [...shares.values()].reduce((total, one) => total + one, 0n);
      const leastSum = LEAST_W * BigInt(charges.length);
      expect(sum <= (siteW < leastSum ? leastSum : siteW)).toBe(true);
      for (const { sessionId, powerW, isIdle } of charges) {
        const share = shares.get(sessionId) ?? -1n;
        expect(share >= LEAST_W && share <= powerW).toBe(true);
        if (isIdle) expect(share <= LEAST_W).toBe(true);
      }
      expect(sharePower(siteW, charges)).toEqual(shares);
    }
  });
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import { given } from './specification/current.js';
import type { Current, LedgerUnderTest } from './specification/current.js';
import { specifyRecording } from './specification/recording.js';
import { specifyShapes } from './specification/shapes.js';
import { specifyStates } from './specification/states.js';
import { specifyVerification } from './specification/verification.js';
import { specifyWalls } from './specification/walls.js';
import { SettledPair } from './settled-pair.js';

export type { LedgerUnderTest } from './specification/current.js';

/** What every ledger adapter promises. The cases share one ledger; each has a pair secret of its own. */
export function specifyLedger(name: string, start: () => Promise<LedgerUnderTest>): void {
  describe(name, () => {
    const current: Current = {};
    beforeAll(async () => {
      current.under = await start();
    });
    afterAll(async () => {
      await current.under?.stop();
    });
    beforeEach(() => {
      const [creditor, debtor] = given(current.under).members;
      current.pair = new SettledPair(creditor, debtor, randomBytes(32));
    });
    specifyRecording(current);
    specifyStates(current);
    specifyWalls(current);
    specifyVerification(current);
    specifyShapes(current);
  });
}

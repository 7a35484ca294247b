import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { draftPolicy, publishPolicy, type PolicyView } from '@roamgrid/contracts';
import type { NegotiationPolicy } from '@roamgrid/negotiation';
import { PostgresPolicies } from '../src/adapters/postgres-policies.js';
import { noteOverduePoliciesWith } from '../src/use-cases/note-overdue-policies.js';
import {
  demonstrationPolicies,
  startConsortium,
  VISITED,
  type Consortium,
} from './two-utilities.js';

let consortium: Consortium;
let visited: NegotiationPolicy;
beforeAll(async () => {
  consortium = await startConsortium();
  ({ visited } = await demonstrationPolicies());
});
afterAll(() => consortium.stop());

const draft = (changes: object = {}): Promise<PolicyView> =>
  consortium.ask(draftPolicy, VISITED, {
    side: 'visited',
    customerClass: 'residential',
    stationClass: 'AC',
    reviewDate: '2026-09-01',
    policy: visited,
    author: 'ann',
    ...changes,
  });
const publish = (view: PolicyView, publisher: string): Promise<PolicyView> =>
  consortium.ask(publishPolicy, VISITED, {
    policyId: view.policyId,
    version: view.version,
    publisher,
  });

describe('a negotiation policy', () => {
  it('has versions, an author and another person who puts it in force', async () => {
    const first = await draft();
    expect(first).toMatchObject({ policyId: 'visited-residential-AC', version: 1, state: 'draft' });
    await expect(publish(first, 'ann')).rejects.toMatchObject({ code: 'four_eyes', status: 403 });
    const published = await publish(first, 'bob');
    expect(published).toMatchObject({ state: 'published', publisher: 'bob' });
    await expect(publish(first, 'bob')).rejects.toMatchObject({ code: 'immutable', status: 409 });
    expect(await draft({ author: 'bob' })).toMatchObject({ version: 2, state: 'draft' });
    const views = await consortium.views(VISITED, 'policy');
    expect(views.map(({ id, data }) => `${id} ${String(data['state'])}`)).toEqual([
      'visited-residential-AC:1 draft',
      'visited-residential-AC:1 published',
      'visited-residential-AC:2 draft',
    ]);
  });

  it.each([
    ['a review date that has passed', { reviewDate: '2026-03-01' }, 'reviewDate'],
    ['a review date that does not exist', { reviewDate: '2026-02-30' }, 'reviewDate'],
    ["the other side's policy", { side: 'home' }, 'policy.side'],
    ['no policy', { policy: { side: 'visited' } }, 'policy.bands'],
  ])('is refused for %s', async (_, changes, path) => {
    const refused = await draft(changes).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'unprocessable' });
    expect((refused as { fields: { path: string }[] }).fields.map((one) => one.path)).toContain(
      path,
    );
  });

  it('applies beyond its review date, shown and counted as overdue until the next version', async () => {
    const shown: number[] = [];
    const warned: unknown[] = [];
    const look = noteOverduePoliciesWith({
      policies: new PostgresPolicies(consortium.crps[VISITED].database, VISITED),
      policyGauge: { showOverdue: (count) => shown.push(count) },
      clock: consortium.clock,
      log: { warn: (what: unknown) => warned.push(what) },
    });
    const overdueViews = async () =>
      (await consortium.views(VISITED, 'policy')).filter(({ data }) => data['reviewOverdue']);
    const dated = await draft({ stationClass: 'DC', reviewDate: '2026-03-04' });
    await publish(dated, 'bob');
    await look();
    expect([shown, await overdueViews()]).toEqual([[0], []]);
    consortium.clock.advanceHours(72);
    await look();
    await look();
    expect(shown).toEqual([0, 1, 1]);
    expect(warned).toEqual([
      { policyId: 'visited-residential-DC', version: 1, reviewDate: '2026-03-04' },
    ]);
    const [overdue, ...more] = await overdueViews();
    expect([overdue?.id, more]).toEqual(['visited-residential-DC:1', []]);
    await publish(await draft({ stationClass: 'DC' }), 'bob');
    await look();
    expect(shown.at(-1)).toBe(0);
    consortium.clock.advanceHours(-72);
  });

  it('is not found where nobody wrote it', async () => {
    const unknown = { policyId: 'both-AC', version: 1, publisher: 'bob' };
    await expect(consortium.ask(publishPolicy, VISITED, unknown)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

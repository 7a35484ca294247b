import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { draftPolicy, publishPolicy, type PolicyView } from '@roamgrid/contracts';
import type { NegotiationPolicy } from '@roamgrid/negotiation';
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
}, 60_000);
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

  it('is not found where nobody wrote it', async () => {
    const unknown = { policyId: 'both-AC', version: 1, publisher: 'bob' };
    await expect(consortium.ask(publishPolicy, VISITED, unknown)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

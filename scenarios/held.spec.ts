import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, charge } from './charge.js';
import { at, Gateway, text, type Answer } from './gateway.js';

const PERIOD = () => ({
  from: new Date(Date.now() - 86_400_000).toISOString(),
  to: new Date().toISOString(),
});

/** A charge that home does not agree to stands on no invoice and on no bill until it does. */
describe('a held charge', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  async function reach(sessionId: string, state: string): Promise<string> {
    for (const utility of ['duke-energy', 'alabama-power']) {
      await gateway.until(async () => {
        const session = await gateway.api(utility, 'GET', `/sessions/${sessionId}`);
        return at(session.body, 'state') === state;
      }, `${utility} sees the session ${state}`);
    }
    const session = await gateway.api('duke-energy', 'GET', `/sessions/${sessionId}`);
    return text(session.body, 'cdrId');
  }

  const close = (): Promise<Answer> =>
    gateway.api('duke-energy', 'POST', '/billing-periods', {
      partner: 'alabama-power',
      ...PERIOD(),
    });
  const bill = (): Promise<Answer> => gateway.api('alabama-power', 'POST', '/bills', PERIOD());

  it('began before its consent: rated and flagged, invoiced and billed once home agrees', async () => {
    // one hour of charging, told as if it were now: its start lies before the consent
    const { sessionId } = await charge(gateway, { offline: false });
    const cdrId = await reach(sessionId, 'held');
    const cdr = await gateway.api('duke-energy', 'GET', `/cdrs/${cdrId}`);
    expect(cdr.body).toMatchObject({ state: 'held', flags: ['start_before_consent'] });
    expect((await close()).body).toMatchObject({ code: 'nothing_to_invoice' });
    expect((await bill()).body).toEqual({ items: [] });

    const accepted = await gateway.api('alabama-power', 'POST', `/cdrs/${cdrId}/accept`);
    expect(accepted.body).toMatchObject({ cdrId, state: 'accepted' });
    await reach(sessionId, 'rated');
    expect((await close()).body).toMatchObject({ document: { lineCount: 1 } });
    expect(at((await bill()).body, 'items.0.document.lines.0.sessionId')).toBe(sessionId);
  });

  it('was objected to by home’s staff', async () => {
    const { sessionId } = await charge(gateway, { connectorId: 2, cin: ALABAMA_PLAIN });
    const cdrId = await reach(sessionId, 'rated');
    const objection = { reasonCode: 'session_unknown', note: 'nobody was there' };
    const path = `/cdrs/${cdrId}/objections`;
    const objected = await gateway.api('alabama-power', 'POST', path, objection);
    expect([objected.status, at(objected.body, 'state')]).toEqual([201, 'held']);
    await reach(sessionId, 'held');
    expect((await close()).body).toMatchObject({ code: 'nothing_to_invoice' });
    expect((await gateway.api('duke-energy', 'POST', path, objection)).status).toBe(404);
    const other = { ...objection, reasonCode: 'energy_differs' };
    expect((await gateway.api('alabama-power', 'POST', path, other)).status).toBe(409);
  });
});

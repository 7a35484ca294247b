import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** An auditor without access to the gateway checks the files alone: hash, signature, proof, re-rating. */
describe('offline proof of an invoice', () => {
  let gateway: Gateway;
  let folder: string;
  let cdr: unknown;

  beforeAll(async () => {
    gateway = await Gateway.start();
    folder = await mkdtemp(join(tmpdir(), 'roamgrid proof '));
    const charged = await Promise.all([
      charge(gateway, { connectorId: 1 }),
      charge(gateway, { connectorId: 2, cin: '84000195011000045645', energyWh: 12_345 }),
    ]);
    const closed = await gateway.api('duke-energy', 'POST', '/billing-periods', {
      partner: 'alabama-power',
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date().toISOString(),
    });
    expect(at(closed.body, 'document.lineCount')).toBe(2);
    const invoiceId = text(closed.body, 'document.invoiceId');
    const path = `/sessions/${charged[1].sessionId}`;
    let cdrId = '';
    await gateway.until(async () => {
      cdrId = text((await gateway.api('duke-energy', 'GET', path)).body, 'cdrId');
      return true;
    }, 'the session names its CDR');
    cdr = (await gateway.api('duke-energy', 'GET', `/cdrs/${cdrId}`)).body;
    const proof = await gateway.api('duke-energy', 'GET', `/invoices/${invoiceId}/proofs/${cdrId}`);
    await save('invoice.json', closed.body);
    await save('cdr.json', cdr);
    await save('proof.json', proof.body);
    for (const utility of ['duke-energy', 'alabama-power']) {
      await save(`${utility}.json`, (await gateway.get(`/${utility}/.well-known/jwks.json`)).body);
    }
  });

  afterAll(async () => {
    await gateway.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const save = (name: string, body: unknown): Promise<void> =>
    writeFile(join(folder, name), JSON.stringify(body));

  const verify = (cdrFile: string): Promise<Outcome> => {
    const file = (name: string): string => join(folder, name);
    return run('tools/dist/verify.js', [
      file('invoice.json'),
      file(cdrFile),
      file('proof.json'),
      '--jwks',
      file('duke-energy.json'),
      '--jwks',
      file('alabama-power.json'),
    ]);
  };

  it('holds', async () => {
    const { status, output } = await verify('cdr.json');
    expect(output).not.toMatch(/^fail/m);
    expect(status).toBe(0);
  });

  it('fails on one changed cent', async () => {
    const changed = structuredClone(cdr) as { document: { totalInclTax: string } };
    changed.document.totalInclTax = '0.01';
    await save('changed.json', changed);
    expect((await verify('changed.json')).status).toBe(1);
  });

  it('re-prices as a plain OCPI CDR', async () => {
    const ocpi = await gateway.api(
      'duke-energy',
      'GET',
      `/cdrs/${text(cdr, 'document.cdrId')}?as=ocpi-2.2.1`,
    );
    await save('ocpi-cdr.json', ocpi.body);
    await save('ocpi-tariff.json', at(ocpi.body, 'tariffs.0'));
    const { status, output } = await run('tools/dist/price.js', [
      '--tariff',
      join(folder, 'ocpi-tariff.json'),
      '--cdr',
      join(folder, 'ocpi-cdr.json'),
      '--time-zone',
      'America/New_York',
      '--json',
    ]);
    expect(status).toBe(0);
    const priced: unknown = JSON.parse(output);
    // the gateway rounds each line and each tax once, `price` rounds the exact total: a cent a figure apart
    const lines = list(cdr, 'document.lines');
    const difference =
      Number(text(priced, 'rounded.totalInclTax')) - Number(text(cdr, 'document.totalInclTax'));
    expect(Math.abs(difference)).toBeLessThanOrEqual(0.0101 * lines.length);
    expect(list(priced, 'lines').length).toBe(lines.length);
  });
});

function run(script: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((done) => {
    const env = { ...process.env, NODE_OPTIONS: '' };
    execFile(process.execPath, [resolve(script), ...args], { env }, (error, stdout) => {
      done({ status: error === null ? 0 : Number(error.code ?? 1), output: stdout });
    });
  });
}

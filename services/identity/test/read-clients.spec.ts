import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readClients } from '../src/read-clients.js';

const SECRET = 'sixteen-characters-or-more';
const client = {
  clientId: 'duke-app',
  clientSecret: SECRET,
  utility: 'duke-energy',
  scopes: ['sessions:read'],
  name: 'Duke Energy',
};
const { clientSecret: _secret, ...keyed } = client;
const jwk = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };

describe('the file of clients', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roamgrid-clients-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const read = async (text: string) => {
    const path = join(folder, 'clients.json');
    await writeFile(path, text);
    return readClients(path);
  };

  it('gives each client, acting for itself unless told', async () => {
    const keys = { ...keyed, clientId: 'duke-partner', subject: 'duke/ann', jwks: { keys: [jwk] } };
    expect(await read(JSON.stringify([client, keys]))).toEqual([
      { ...client, subject: 'duke-app', roles: [] },
      { ...keys, roles: [] },
    ]);
  });

  it.each([
    ['no JSON', `[{"clientSecret": "${SECRET}"`, 'is not JSON'],
    ['no list', '{}', 'expected array'],
    ['no way to authenticate', JSON.stringify([keyed]), 'either clientSecret or jwks'],
    [
      'two ways to authenticate',
      JSON.stringify([{ ...client, jwks: { keys: [jwk] } }]),
      'either clientSecret or jwks',
    ],
    [
      'a private key',
      JSON.stringify([{ ...keyed, jwks: { keys: [{ ...jwk, d: 'AA' }] } }]),
      'without its private half',
    ],
    ['a weak secret', JSON.stringify([{ ...client, clientSecret: 'x' }]), 'at 0.clientSecret'],
    ['a member nobody knows', JSON.stringify([{ ...client, scope: 'x' }]), 'Unrecognized key'],
    ['a client twice', JSON.stringify([client, client]), 'a clientId stands twice'],
  ])('refuses %s in one line without the secret', async (_what, text, reason) => {
    const refused = read(text);
    await expect(refused).rejects.toMatchObject({ name: 'ConfigurationError' });
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.not.toThrow(SECRET);
    await expect(refused).rejects.not.toThrow('\n');
  });

  it('refuses a file that is not there', async () => {
    await expect(readClients(join(folder, 'none.json'))).rejects.toThrow(
      'IDENTITY_CLIENTS: ENOENT',
    );
  });
});

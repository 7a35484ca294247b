import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedAgreedTariff } from '@roamgrid/contracts';
import {
  startTestPostgres,
  testDatabase,
  type PostgresServer,
  type TestDatabase,
} from '@roamgrid/persistence';
import { PostgresAgreedTariffs } from '../src/adapters/postgres-agreed-tariffs.js';
import { crpMigrations } from '../src/crp.module.js';
import { domesticTariffDocument } from '../src/decisions/agreed-tariff.js';
import { hashOf } from '../src/decisions/hash-of.js';
import { wholesaleTariff } from './documents.js';
import { VISITED } from './two-utilities.js';

let server: PostgresServer;
let test: TestDatabase;
beforeAll(async () => {
  server = await startTestPostgres();
  test = await testDatabase(server, { schema: 'crp', migrations: crpMigrations });
});
afterAll(async () => {
  await test.drop();
  await server.stop();
});

const NOON_MS = Date.UTC(2026, 2, 2, 12);
const HOUR_MS = 3_600_000;

function agreed(agreedTariffId: string): SignedAgreedTariff {
  const document = domesticTariffDocument({
    agreedTariffId,
    utility: VISITED,
    customerClass: 'residential',
    stationClass: 'AC',
    base: wholesaleTariff(),
    notBeforeMs: NOON_MS,
  });
  return { document, documentHash: hashOf(document), signatures: [] };
}

describe('the store of agreed tariffs', () => {
  const keyFor = (baseHash: string) => ({
    homeUtility: VISITED,
    visitedUtility: VISITED,
    customerClass: 'residential' as const,
    stationClass: 'AC' as const,
    baseHash,
  });

  it('keeps the first of several that processes bring at the same time', async () => {
    const store = new PostgresAgreedTariffs(test.database, VISITED);
    const options = { unlessValidAtMs: NOON_MS + HOUR_MS, ended: null };
    const kept = await Promise.all(
      ['a', 'b', 'c'].map((id) => store.keep(keyFor('first'), agreed(id), options)),
    );
    expect(new Set(kept.map(({ documentHash }) => documentHash)).size).toBe(1);
    expect(await store.current(keyFor('first'), NOON_MS)).toEqual(kept[0]);
  });

  it('gives back nothing for another base, nor after the end', async () => {
    const store = new PostgresAgreedTariffs(test.database, VISITED);
    await store.keep(keyFor('second'), agreed('d'), { unlessValidAtMs: null, ended: null });
    expect(await store.current(keyFor('third'), NOON_MS)).toBeNull();
    expect(await store.current(keyFor('second'), NOON_MS + 24 * HOUR_MS)).toBeNull();
    expect(await store.current(keyFor('second'), NOON_MS + 24 * HOUR_MS - 1)).not.toBeNull();
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessTransport, NestBus } from '@roamgrid/messaging';
import {
  createLog,
  Metrics,
  openKeyFile,
  Registry,
  systemClock,
  systemIds,
  type KeyFile,
} from '@roamgrid/platform';
import type { QuoteDocument, ReplyOf, RequestOf, swipe } from '@roamgrid/contracts';
import { startRouter, type RunningRouter } from '../src/router.module.js';
import { eventReply, StandInAaa, startStandInAaa } from './stand-in-aaa.js';

export const STATION = 'DUKE-CLT-001';
export const PASSWORD = 'a-station-password';
export const CIN = '84000195011000012374';
export const BLOCKED_CIN = '84000195011000078916';

/** A router between a stand-in `duke-energy` and a stand-in `alabama-power`. */
export interface RouterFixture {
  readonly duke: StandInAaa;
  readonly alabama: StandInAaa;
  readonly router: RunningRouter;
  readonly clock: { offsetMs: number };
  readonly pinKey: KeyFile;
  stop(): Promise<void>;
}

async function registryWithPinKey(): Promise<{ registry: Registry; pinKey: KeyFile }> {
  const folder = await mkdtemp(join(tmpdir(), 'router-'));
  const pinKey = await openKeyFile(folder, 'profiles', 'enc');
  await rm(folder, { recursive: true });
  const utility = (slug: string, prefix: string, provider: string, keys: object[]) => ({
    utility: slug,
    name: slug,
    cinPrefixes: [prefix],
    contractProviders: [provider],
    currency: 'USD' as const,
    timeZone: 'America/New_York',
    keys: keys as never[],
  });
  const registry = new Registry({
    type: 'registry',
    schemaVersion: 1,
    version: 1,
    utilities: [
      utility('alabama-power', '8400019501', 'USALA', [pinKey.publicJwk]),
      utility('duke-energy', '8400541601', 'USDUK', []),
    ],
  });
  return { registry, pinKey };
}

export async function startFixture(
  utilities: readonly string[] = ['duke-energy', 'alabama-power'],
): Promise<RouterFixture> {
  const transport = inProcessTransport();
  const [duke, alabama] = [new StandInAaa('duke-energy'), new StandInAaa('alabama-power')];
  duke.stations.set(STATION, PASSWORD);
  alabama.stations.set('ALA-BHM-001', 'another-password');
  const services = await Promise.all([duke, alabama].map((aaa) => startStandInAaa(transport, aaa)));
  const clock = { offsetMs: 0, now: () => systemClock.now() + clock.offsetMs };
  const bus = new NestBus({
    client: transport.client(),
    from: 'router',
    now: () => clock.now(),
    newTraceId: () => systemIds.uuid(),
  });
  const { registry, pinKey } = await registryWithPinKey();
  const router = await startRouter(
    {
      bus,
      transport,
      registry,
      clock,
      ids: systemIds,
      log: createLog('silent'),
      metrics: new Metrics(),
      utilities,
    },
    { host: '127.0.0.1', port: 0 },
  );
  return {
    duke,
    alabama,
    router,
    clock,
    pinKey,
    async stop() {
      await router.stop();
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}

/** Where the fixture's own station connects. */
export function addressOf({ router }: RouterFixture) {
  const url = `ws://127.0.0.1:${String(router.port)}`;
  return { url, stationId: STATION, password: PASSWORD };
}

/** The aaa of the station quotes every swipe and takes every event, until a test says otherwise. */
export function beWilling({ duke }: RouterFixture): void {
  duke.forget();
  duke.onSwipe = quoted;
  duke.onEvent = (event) => eventReply(event);
  duke.onFrame = () => undefined;
}

const HASH = 'ab'.repeat(32);

export function quoteOf(request: RequestOf<typeof swipe>): QuoteDocument {
  return {
    type: 'quote',
    schemaVersion: 1,
    quoteId: '01900000-0000-7000-8000-000000000001',
    sessionId: request.sessionId,
    stationId: request.stationId,
    connectorId: request.connectorId,
    homeUtility: 'alabama-power',
    visitedUtility: 'duke-energy',
    mandateId: 'mandate-1',
    mandateHash: HASH,
    agreedTariffHash: HASH,
    retailTariffHash: HASH,
    currency: 'USD',
    tariff: {
      country_code: 'US',
      party_id: 'ALA',
      id: 'retail',
      currency: 'USD',
      elements: [{ price_components: [{ type: 'ENERGY', price: '0.28', step_size: 1 }] }],
      last_updated: '2026-01-01T00:00:00Z',
    },
    pricePerKwh: '0.28',
    tier: 'Gold',
    tierDiscountPercentage: '10',
    estimate: { energyKwh: '20.000', totalExclTax: '5.60', tax: '0.42', totalInclTax: '6.02' },
    estimateHome: null,
    issuedAt: '2026-01-01T10:00:00Z',
    validUntil: '2026-01-01T10:05:00Z',
  };
}

/** The answer of an aaa that quotes. */
export function quoted(request: RequestOf<typeof swipe>): ReplyOf<typeof swipe> {
  return {
    sessionId: request.sessionId,
    decision: 'quoted',
    reason: null,
    message: 'Welcome.',
    authorizedBy: 'home',
    homeUtility: 'alabama-power',
    visitedUtility: 'duke-energy',
    quote: { document: quoteOf(request), documentHash: HASH, signature: 'a..b' },
  };
}

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { outwardConfiguration } from '@roamgrid/platform';
import { z } from 'zod';
import { ContainerAddresses, containerOf } from '../src/addresses.js';
import { planEdge, planServices, type PlanParts } from '../src/processes/plan-processes.js';

/** it brings no types of its own */
const { load } = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown };

const ROOT = join(import.meta.dirname, '..', '..', '..');
const UTILITIES = ['alabama-power', 'duke-energy', 'georgia-power', 'northern-hydro'];

const container = z.object({
  image: z.string(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z
    .object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() })
    .optional(),
});
const compose = z.object({
  services: z.record(z.string(), container),
  volumes: z.record(z.string(), z.null()),
});

const { services } = compose.parse(load(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')));
const dockerfile = await readFile(join(ROOT, 'deploy', 'Dockerfile'), 'utf8');

const parts: PlanParts = {
  utilities: UTILITIES,
  dataDir: '/data',
  publicHost: '0.0.0.0',
  logLevel: 'warn',
  issuer: 'http://127.0.0.1:8080/oidc',
  identityClients: '/data/identity-clients.json',
  addresses: new ContainerAddresses(UTILITIES),
  inherited: {},
  databaseUrlOf: (utility, service) => `postgresql://${utility}/${service}`,
  ledgerUrl: 'postgresql://ledger',
  ledgerChoice: {},
  identityUrl: 'postgresql://identity',
  outward: {},
  busUrlOf: (user) => `nats://${user}@nats-server:4222`,
  programOf: (service) => service,
};
const plans = [...planServices(parts), planEdge(parts, 8080)];
const SET_UP = ['prepare', 'seed'];
const OTHERS = ['postgres', 'nats-server'];

describe('docker-compose.yml', () => {
  it('runs every program of the cluster in a container named like it, and no other', () => {
    const wanted = plans.map(({ name, utility }) => containerOf(name, utility));
    const ours = Object.keys(services).filter((name) => ![...SET_UP, ...OTHERS].includes(name));
    expect(ours.sort()).toEqual(wanted.sort());
  });

  it.each(plans.map((plan) => [containerOf(plan.name, plan.utility), plan] as const))(
    '%s runs its program and asks where its program tells how it is',
    (name, plan) => {
      const { environment = {} } = services[name] ?? {};
      expect(environment['SERVICE']).toBe(plan.name);
      expect(environment['UTILITY']).toBe(plan.utility);
      const probe = plan.env['PROBE_PORT'];
      if (probe !== '') expect(environment['PROBE_PORT']).toBe(probe);
    },
  );

  it('hands on to settlement, and to nobody else, where money leaves for', () => {
    const keys = Object.keys(outwardConfiguration);
    for (const [name, { environment }] of Object.entries(services)) {
      const known = keys.filter((key) => environment[key] === null);
      expect([name, known]).toEqual([name, environment['SERVICE'] === 'settlement' ? keys : []]);
    }
  });

  it.each(Object.entries(services))(
    '%s writes nowhere but in its volume, and may do nothing that root may',
    (_name, one) => {
      expect(one).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    },
  );

  it('waits for what is there, and for nobody who is not', () => {
    for (const [name, { depends_on }] of Object.entries(services)) {
      const unknown = Object.keys(depends_on).filter((other) => !(other in services));
      expect([name, unknown]).toEqual([name, []]);
    }
  });

  it('takes every upstream by the name of its container', () => {
    const { env } = planEdge(parts, 8080);
    const hosts = `${env['PORTALS'] ?? ''},${env['PROBES'] ?? ''},r=${env['ROUTER_URL'] ?? ''}`
      .split(',')
      .map((entry) => new URL(entry.slice(entry.indexOf('=') + 1)).hostname);
    expect(hosts.filter((host) => !(host in services))).toEqual([]);
  });
});

const hasDocker = spawnSync('docker', ['compose', 'version']).status === 0;

(hasDocker ? it : it.skip)('is what docker compose takes, where it is there', () => {
  const asked = spawnSync('docker', ['compose', 'config', '-q'], {
    cwd: ROOT,
    env: { ...process.env, POSTGRES_PASSWORD: 'for the test' },
    encoding: 'utf8',
  });
  expect([asked.status, asked.stderr]).toEqual([0, '']);
});

describe('deploy/Dockerfile', () => {
  it('builds in one stage and runs in another, as nobody who may write there', () => {
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(2);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toContain('--chown=root:root');
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });
});

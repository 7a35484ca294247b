import { busUserOf, type BusSpeaker } from '@roamgrid/messaging';
import type { Addresses } from '../addresses.js';
import type { ProcessPlan } from './supervised-process.js';

/** What is the same for every process. */
export interface PlanParts {
  readonly utilities: readonly string[];
  readonly dataDir: string;
  /** where the public port is opened; inner ports are of this machine only */
  readonly publicHost: string;
  readonly logLevel: string;
  readonly issuer: string;
  readonly identityClients: string;
  readonly addresses: Addresses;
  readonly inherited: NodeJS.ProcessEnv;
  readonly databaseUrlOf: (utility: string, service: string) => string;
  readonly ledgerUrl: string;
  /** which ledger that service opens */
  readonly ledgerChoice: NodeJS.ProcessEnv;
  readonly identityUrl: string;
  readonly busUrlOf: (user: string) => string;
  /** the file that node runs */
  readonly programOf: (service: string) => string;
  /** what settlement reads of the systems that money leaves for */
  readonly outward: NodeJS.ProcessEnv;
}

const SERVICES = ['settlement', 'crp', 'profiles', 'aaa'] as const;

/** Folders of `services` that the cluster starts. */
export const STARTED_SERVICES = [
  ...SERVICES,
  'portal',
  'ledger',
  'identity',
  'router',
  'edge',
] as const;

class Plans {
  readonly #parts: PlanParts;

  constructor(parts: PlanParts) {
    this.#parts = parts;
  }

  /** `env` holds what the service reads and nothing of any other service. */
  of(service: string, utility: string | undefined, env: NodeJS.ProcessEnv): ProcessPlan {
    const { inherited, logLevel, dataDir, addresses, programOf } = this.#parts;
    return {
      name: service,
      ...(utility === undefined ? {} : { utility }),
      program: process.execPath,
      args: [programOf(service)],
      env: {
        ...inherited,
        NODE_ENV: 'production',
        LOG_LEVEL: logLevel,
        DATA_DIR: dataDir,
        HOST: addresses.host,
        PROBE_HOST: addresses.host,
        PROBE_PORT: addresses.probeOf(service, utility),
        ...env,
      },
    };
  }

  ofUtility(service: BusSpeaker, utility: string, env: NodeJS.ProcessEnv = {}): ProcessPlan {
    const { busUrlOf, databaseUrlOf } = this.#parts;
    return this.of(service, utility, {
      UTILITY: utility,
      SERVICE_DATABASE_URL: databaseUrlOf(utility, service),
      NATS_URL: busUrlOf(busUserOf(utility, service)),
      ...env,
    });
  }
}

/** Everything behind the edge. */
export function planServices(parts: PlanParts): ProcessPlan[] {
  const plans = new Plans(parts);
  const { addresses } = parts;
  return [
    plans.of('router', undefined, {
      ROUTER_PORT: String(addresses.portOf('router')),
      ROUTER_HOST: addresses.host,
      NATS_URL: parts.busUrlOf('router'),
    }),
    plans.of('ledger', undefined, {
      SERVICE_DATABASE_URL: parts.ledgerUrl,
      ...parts.ledgerChoice,
      NATS_URL: parts.busUrlOf('ledger'),
    }),
    plans.of('identity', undefined, {
      IDENTITY_PORT: String(addresses.portOf('identity')),
      ISSUER: parts.issuer,
      IDENTITY_CLIENTS: parts.identityClients,
      IDENTITY_DATABASE_URL: parts.identityUrl,
    }),
    ...parts.utilities.flatMap((utility) => planUtility(parts, utility)),
  ];
}

/** One utility's services and its portal. */
export function planUtility(parts: PlanParts, utility: string): ProcessPlan[] {
  const plans = new Plans(parts);
  const { addresses } = parts;
  return [
    ...SERVICES.map((service) =>
      plans.ofUtility(service, utility, service === 'settlement' ? parts.outward : {}),
    ),
    plans.ofUtility('portal', utility, {
      PORTAL_PORT: String(addresses.portOf('portal', utility)),
      ISSUER: parts.issuer,
      JWKS_URI: `${addresses.originOf('identity')}/oidc/jwks`,
    }),
  ];
}

/** The edge, which opens the public port. `consortium`: what it needs where members may join. */
export function planEdge(
  parts: PlanParts,
  publicPort: number,
  consortium: { readonly CONSORTIUM_URL?: string; readonly MEMBERS_FILE?: string } = {},
): ProcessPlan {
  const { addresses, utilities } = parts;
  return new Plans(parts).of('edge', undefined, {
    PORT: String(publicPort),
    HOST: parts.publicHost,
    ROUTER_URL: addresses.originOf('router'),
    IDENTITY_URL: addresses.originOf('identity'),
    PORTALS: utilities
      .map((utility) => `${utility}=${addresses.originOf('portal', utility)}`)
      .join(','),
    PROBES: addresses.probes().join(','),
    ...consortium,
  });
}

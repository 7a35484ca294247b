import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { busUserOf, knock } from '@roamgrid/messaging';
import type { CredentialsFile, MemberHost } from '@roamgrid/all-in-one/installation';
import { RoamgridError } from '@roamgrid/kernel';
import type { Registry } from '@roamgrid/platform';
import type { LocalAddresses } from './addresses.js';
import { writeClients, writeWhole } from './foundation.js';
import { planUtility, type PlanParts } from './processes/plan-processes.js';
import type { ProcessPlan, SupervisedProcess } from './processes/supervised-process.js';
import { waitUntilReady, type Supervisor } from './supervisor.js';

/** for a busy machine; nothing waits for it */
const BOUND_MS = 60_000;
const LOOK_AGAIN_MS = 50;

export interface HostProcessesParts {
  readonly parts: PlanParts;
  readonly addresses: LocalAddresses;
  readonly registry: Registry;
  readonly credentials: CredentialsFile;
  readonly supervisor: Supervisor;
  readonly wave: (plans: readonly ProcessPlan[]) => readonly SupervisedProcess[];
  /** writes who may say what on the bus, all but one user */
  readonly writeBus: (utilities: readonly string[], without?: string) => Promise<unknown>;
}

/** Read by the edge, which leads to who joined after its start. */
export const membersPath = (dataDir: string): string => join(dataDir, 'members.json');

/** Asks again and again, for a while. @throws Error that says what did not happen */
async function until(ask: () => Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = performance.now() + BOUND_MS;
  while (!(await ask())) {
    if (performance.now() > deadlineMs) throw new Error(`not in time: ${what}`);
    await pause(LOOK_AGAIN_MS);
  }
}

async function isLetIn(url: string): Promise<boolean> {
  try {
    await knock(url);
    return true;
  } catch (error) {
    if (error instanceof RoamgridError && error.code === 'peer_unreachable') return false;
    throw error;
  }
}

/** The members' services, each a process of its own; who joins gets its own beside those that run. */
export class HostProcesses implements MemberHost {
  readonly #parts: HostProcessesParts;

  constructor(parts: HostProcessesParts) {
    this.#parts = parts;
  }

  /**
   * Links that are open stay open: nats-server reads who may speak without a restart. It reads twice: what comes
   * through a wall that is new on both sides finds its way only after the second time (seen with 2.12). The
   * newcomer's administrator is let in with the second, by which one knows that it is done.
   */
  async admit(utilities: readonly string[]): Promise<void> {
    const [newest = ''] = utilities.slice(-1);
    const last = busUserOf(newest, 'administrator');
    await this.#readAgain(busUserOf(newest, 'portal'), utilities, last);
    await this.#readAgain(last, utilities);
  }

  async #readAgain(user: string, utilities: readonly string[], without?: string): Promise<void> {
    const { supervisor, writeBus, parts } = this.#parts;
    await writeBus(utilities, without);
    supervisor.signal('nats-server', 'SIGHUP');
    await until(() => isLetIn(parts.busUrlOf(user)), `the bus lets ${user} in`);
  }

  isRunning(utility: string): boolean {
    return this.#parts.supervisor.isRunning(utility);
  }

  async start(utility: string): Promise<void> {
    const { parts, addresses, registry, credentials, wave } = this.#parts;
    await addresses.add(utility, Math.random);
    await writeClients(parts.dataDir, credentials.current, registry);
    await waitUntilReady(wave(planUtility(parts, utility)));
    await this.writeMembers();
    await until(() => this.#isServed(utility), `the edge leads to ${utility}`);
  }

  async #isServed(utility: string): Promise<boolean> {
    const { baseUrl } = this.#parts.credentials.current;
    const answer = await fetch(`${baseUrl}/${utility}/.well-known/jwks.json`);
    return answer.ok;
  }

  /** Where each member's programs are, for the edge. */
  async writeMembers(): Promise<void> {
    const { parts, addresses, registry } = this.#parts;
    const running = registry.utilities.filter(({ utility }) => this.isRunning(utility));
    await writeWhole(membersPath(parts.dataDir), {
      portals: Object.fromEntries(
        running.map(({ utility }) => [utility, addresses.originOf('portal', utility)]),
      ),
      probes: Object.fromEntries(
        addresses.probes().map((probe) => {
          const [name = '', origin = ''] = probe.split(/=(.*)/, 2);
          return [name, origin];
        }),
      ),
    });
  }
}

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { busUserOf, knock } from '@roamgrid/messaging';
import type { CredentialsFile, MemberHost } from '@roamgrid/all-in-one/installation';
import type { Registry } from '@roamgrid/platform';
import type { LocalAddresses } from './addresses.js';
import { writeClients, writeWhole } from './foundation.js';
import { planUtility, type PlanParts } from './processes/plan-processes.js';
import type { ProcessPlan, SupervisedProcess } from './processes/supervised-process.js';
import { waitUntilReady, type Supervisor } from './supervisor.js';

const ADMITTED_MS = 15_000;
const LOOK_AGAIN_MS = 50;

export interface HostProcessesParts {
  readonly parts: PlanParts;
  readonly addresses: LocalAddresses;
  readonly registry: Registry;
  readonly credentials: CredentialsFile;
  readonly supervisor: Supervisor;
  readonly wave: (plans: readonly ProcessPlan[]) => readonly SupervisedProcess[];
  /** writes who may say what on the bus */
  readonly writeBus: (utilities: readonly string[]) => Promise<unknown>;
}

/** Read by the edge, which leads to who joined after its start. */
export const membersPath = (dataDir: string): string => join(dataDir, 'members.json');

/** The members' services, each a process of its own; who joins gets its own beside those that run. */
export class HostProcesses implements MemberHost {
  readonly #parts: HostProcessesParts;

  constructor(parts: HostProcessesParts) {
    this.#parts = parts;
  }

  /** Links that are open stay open: nats-server reads who may speak without a restart. */
  async admit(utilities: readonly string[]): Promise<void> {
    const { supervisor, writeBus, parts } = this.#parts;
    await writeBus(utilities);
    supervisor.signal('nats-server', 'SIGHUP');
    const [newest = ''] = utilities.slice(-1);
    await this.#untilAdmitted(parts.busUrlOf(busUserOf(newest, 'administrator')));
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

  async #untilAdmitted(url: string): Promise<void> {
    const deadlineMs = performance.now() + ADMITTED_MS;
    for (;;) {
      try {
        await knock(url);
        return;
      } catch (error) {
        if (performance.now() > deadlineMs) throw error;
        await pause(LOOK_AGAIN_MS);
      }
    }
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { ProcessList } from './processes/process-list.js';
import { SupervisedProcess, type ProcessPlan } from './processes/supervised-process.js';

const LOOK_AGAIN_MS = 25;
const READY_MS = 60_000;

/** All processes of the cluster, in the order in which they were started. */
export class Supervisor {
  readonly #log: (line: string) => void;
  readonly #list: ProcessList;
  #processes: SupervisedProcess[] = [];

  constructor(dataDir: string, log: (line: string) => void) {
    this.#log = log;
    this.#list = new ProcessList(
      dataDir,
      () =>
        this.#processes.flatMap(({ plan: { name, utility }, pid }) =>
          pid === null ? [] : [{ name, ...(utility === undefined ? {} : { utility }), pid }],
        ),
      (error) => {
        log(`cluster.json could not be written: ${String(error)}`);
      },
    );
  }

  start(plans: readonly ProcessPlan[]): void {
    const processes = plans.map(
      (plan) =>
        new SupervisedProcess({
          plan,
          log: this.#log,
          onChange: () => {
            this.#list.update();
          },
        }),
    );
    this.#processes.push(...processes);
    for (const process of processes) process.start();
  }

  /** Ends those that were started last, together; how many waves there were is the caller's to know. */
  async stopSince(count: number): Promise<void> {
    const last = this.#processes.slice(count);
    await Promise.all(last.map((process) => process.stop()));
    this.#processes = this.#processes.slice(0, count);
  }

  get count(): number {
    return this.#processes.length;
  }

  async close(): Promise<void> {
    await this.stopSince(0);
    await this.#list.close();
  }
}

interface Readiness {
  readonly parts?: readonly { readonly name: string; readonly state: string }[];
}

/** The parts that an answer of `/health/ready` names as down. */
async function lackingIn(answer: Response): Promise<string> {
  const { parts = [] } = (await answer.json()) as Readiness;
  return parts.flatMap(({ name, state }) => (state === 'up' ? [] : [name])).join(', ');
}

/** Asks until the address answers 200. @throws Error that says in one line what still lacks */
export async function waitUntilReady(url: string): Promise<void> {
  const deadlineMs = Date.now() + READY_MS;
  let lacking = 'no answer';
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.status === 200) return;
    if (answer !== null) lacking = await lackingIn(answer);
    if (Date.now() > deadlineMs) throw new Error(`${url} is not ready: ${lacking}`);
    await pause(LOOK_AGAIN_MS);
  }
}

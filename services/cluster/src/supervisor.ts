import type { KeepRunning } from '@roamgrid/persistence';
import { ProcessList, type ListedProcess } from './processes/process-list.js';
import { SupervisedProcess, type ProcessPlan } from './processes/supervised-process.js';

const READY_MS = 90_000;

/** All processes of the cluster, in the order in which they were started. */
export class Supervisor implements KeepRunning {
  readonly tell: (line: string) => void;
  readonly #list: ProcessList;
  #processes: SupervisedProcess[] = [];
  readonly #others = new Map<string, () => number | null>();

  constructor(dataDir: string, log: (line: string) => void) {
    this.tell = log;
    this.#list = new ProcessList(
      dataDir,
      () => this.#running(),
      (error) => {
        log(`cluster.json could not be written: ${String(error)}`);
      },
    );
  }

  /** Lists a process that somebody else starts and starts again. */
  list(name: string, pidOf: () => number | null): void {
    this.#others.set(name, pidOf);
    this.onChange();
  }

  /** A process is another now, or has ended. */
  readonly onChange = (): void => {
    this.#list.update();
  };

  #running(): ListedProcess[] {
    const others = [...this.#others].map(([name, pidOf]) => ({ name, pid: pidOf() }));
    const ours = this.#processes.map(({ plan: { name, utility }, pid }) => ({
      ...{ name, pid },
      ...(utility === undefined ? {} : { utility }),
    }));
    return [...others, ...ours].flatMap(({ pid, ...named }) =>
      pid === null ? [] : [{ ...named, pid }],
    );
  }

  /** @returns the processes, which are on their way */
  start(plans: readonly ProcessPlan[]): readonly SupervisedProcess[] {
    const processes = plans.map(
      (plan) =>
        new SupervisedProcess({
          plan,
          log: this.tell,
          onChange: this.onChange,
        }),
    );
    this.#processes.push(...processes);
    for (const process of processes) process.start();
    return processes;
  }

  /** Ends those that were started last, together; how many waves there were is the caller's to know. */
  async stopSince(count: number): Promise<void> {
    const last = this.#processes.slice(count);
    await Promise.all(last.map((process) => process.stop()));
    this.#processes = this.#processes.slice(0, count);
  }

  /** Has a program read its configuration again. @throws Error where it is down */
  signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.#processes.find(({ plan }) => plan.name === name)?.pid ?? null;
    if (pid === null) throw new Error(`${name} is down`);
    process.kill(pid, signal);
  }

  isRunning(utility: string): boolean {
    return this.#processes.some(({ plan }) => plan.utility === utility);
  }

  get count(): number {
    return this.#processes.length;
  }

  async close(): Promise<void> {
    await this.stopSince(0);
    await this.#list.close();
  }
}

/** @throws Error that says in one line who does not serve */
export async function waitUntilReady(processes: readonly SupervisedProcess[]): Promise<void> {
  const waiting = new Set(processes);
  const all = Promise.all(
    processes.map(async (process) => {
      await process.ready;
      waiting.delete(process);
    }),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not ready: ${[...waiting].map(({ label }) => label).join(', ')}`));
    }, READY_MS);
  });
  try {
    await Promise.race([all, late]);
  } finally {
    clearTimeout(timer);
  }
}

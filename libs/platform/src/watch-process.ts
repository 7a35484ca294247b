import { Gauge, type Registry } from 'prom-client';

/** these come and go by themselves */
const TIMERS: ReadonlySet<string> = new Set(['Timeout', 'Immediate']);

/**
 * Shows what a process holds, under the name of its program: since when it runs, its memory, what it has open. A fault that
 * nobody handles ends every program of ours, so a later start shows that too.
 *
 * @param program `duke-energy/aaa`, `router`, `all-in-one`
 */
export function watchProcess(registry: Registry, program: string): void {
  const startedSeconds = Math.floor(Date.now() / 1_000 - process.uptime());
  const show = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `roamgrid_process_${name}`,
      help,
      labelNames: ['program'],
      registers: [registry],
      collect() {
        this.set({ program }, read());
      },
    });
  };
  show('start_time_seconds', 'When the process began', () => startedSeconds);
  show('resident_bytes', 'Memory of the process', () => process.memoryUsage.rss());
  show('handles', 'Open sockets, files and requests', () => {
    return process.getActiveResourcesInfo().filter((kind) => !TIMERS.has(kind)).length;
  });
}

import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Listens and lets go again, so that a taken port is told before a database is made and seeded.
 *
 * @throws a system error, `EADDRINUSE` among others
 */
export async function checkPortFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  const listening = once(probe, 'listening');
  probe.listen(port, host);
  await listening;
  const closed = once(probe, 'close');
  probe.close();
  await closed;
}

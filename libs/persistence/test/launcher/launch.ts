import { startEmbeddedPostgres } from '../../src/postgres/start-embedded-postgres.js';

const [dataDir = '', then] = process.argv.slice(2);
const say = (report: object): void => {
  process.stdout.write(`${JSON.stringify(report)}\n`);
};

try {
  const server = await startEmbeddedPostgres({ dataDir, durable: false, log: () => undefined });
  say({ url: server.url });
  if (then === 'stop')
    await server.stop().then(() => {
      say({ stopped: true });
    });
  if (then === 'hold') setInterval(() => undefined, 1_000);
} catch (error) {
  say({ error: String(error) });
}

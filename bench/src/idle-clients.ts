import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Connects so many idle stations to a server and holds them until standard input ends. */
const [url = '', prefix = '', count = '0'] = process.argv.slice(2);

async function connect(stationId: string): Promise<WebSocket> {
  const authorization = `Basic ${Buffer.from(`${stationId}:a-password`).toString('base64')}`;
  const socket = new WebSocket(`${url}/ocpp/${stationId}`, 'ocpp2.0.1', {
    headers: { authorization },
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  return socket;
}

const sockets: WebSocket[] = [];
for (let index = 0; index < Number(count); index += 1) {
  sockets.push(await connect(`${prefix}-${String(index)}`));
}
process.stdout.write('connected\n');
process.stdin.resume();
await once(process.stdin, 'end');
for (const socket of sockets) socket.terminate();

/** Prints a port of 127.0.0.1 that was free a moment ago. */
import { once } from 'node:events';
import { createServer } from 'node:net';

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(server.address().port);
server.close();

import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** whether the other side closed the connection after it */
  readonly isClosed: boolean;
}

/**
 * Sends exactly these bytes, which no well-behaved client would, and reads until the other side closes or
 * one answer is complete.
 */
export async function sendRaw(baseUrl: string, bytes: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let text = '';
  let isClosed = false;
  const ended = new Promise<void>((done) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => {
      isClosed = true;
      done();
    });
    socket.on('error', () => {
      done();
    });
    socket.setTimeout(15_000, () => {
      done();
    });
  });
  socket.write(bytes, 'latin1');
  await ended;
  socket.destroy();
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, isClosed };
}

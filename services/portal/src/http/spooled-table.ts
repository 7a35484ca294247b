import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { RoamgridError } from '@roamgrid/kernel';

/** What a table may have; the edge lets no larger one through. */
export const TABLE_LIMIT_BYTES = 67_108_864;
const PIECE_BYTES = 65_536;
const CIPHER = 'aes-256-ctr';

/** says whose a table is, should the process be killed and leave it */
export const SPOOL_PREFIX = `roamgrid-table-${String(pid)}-`;

/**
 * A table that was sent, on disk while it is worked on, for it may be far larger than what should stand in memory.
 * It holds CINs and PINs: what is written is encrypted under a key that only this process has, and gone with it.
 */
export class SpooledTable {
  readonly lengthBytes: number;
  readonly sha256: string;
  readonly #file: FileHandle;
  readonly #folder: string;
  readonly #key: Buffer;
  readonly #iv: Buffer;
  #isDisposed = false;
  #isKept = false;

  private constructor(
    place: { file: FileHandle; folder: string },
    cipher: { key: Buffer; iv: Buffer },
    what: { lengthBytes: number; sha256: string },
  ) {
    this.#file = place.file;
    this.#folder = place.folder;
    this.#key = cipher.key;
    this.#iv = cipher.iv;
    this.lengthBytes = what.lengthBytes;
    this.sha256 = what.sha256;
  }

  /**
   * Takes in a body as it comes.
   *
   * @throws RoamgridError `payload_too_large`; `malformed_request` where the sender breaks off: nothing stays
   */
  static async receive(
    body: AsyncIterable<Uint8Array>,
    limitBytes: number = TABLE_LIMIT_BYTES,
  ): Promise<SpooledTable> {
    const folder = await mkdtemp(join(tmpdir(), SPOOL_PREFIX));
    const file = await open(join(folder, 'table'), 'wx+', 0o600);
    const [key, iv] = [randomBytes(32), randomBytes(16)];
    try {
      const what = await write(body, file, { key, iv }, limitBytes);
      return new SpooledTable({ file, folder }, { key, iv }, what);
    } catch (error) {
      await file.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Its bytes from the beginning, in pieces; as often as they are wanted. */
  async *read(): AsyncGenerator<Uint8Array> {
    const decipher = createDecipheriv(CIPHER, this.#key, this.#iv);
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let place = 0; place < this.lengthBytes;) {
      const { bytesRead } = await this.#file.read(piece, 0, PIECE_BYTES, place);
      if (bytesRead === 0) throw new RoamgridError('internal', 'a table was cut on its way');
      place += bytesRead;
      yield decipher.update(piece.subarray(0, bytesRead));
    }
  }

  /** Whoever works on it further disposes of it. */
  keep(): void {
    this.#isKept = true;
  }

  /** The request is answered: what nobody keeps goes. */
  async release(): Promise<void> {
    if (!this.#isKept) await this.dispose();
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What an idempotency key is held against: the content, not where it lies. */
  toJSON(): object {
    return { lengthBytes: this.lengthBytes, sha256: this.sha256 };
  }
}

async function write(
  body: AsyncIterable<Uint8Array>,
  file: FileHandle,
  { key, iv }: { readonly key: Buffer; readonly iv: Buffer },
  limitBytes: number,
): Promise<{ lengthBytes: number; sha256: string }> {
  const cipher = createCipheriv(CIPHER, key, iv);
  const hash = createHash('sha256');
  let lengthBytes = 0;
  for await (const piece of unbroken(body)) {
    lengthBytes += piece.length;
    if (lengthBytes > limitBytes) {
      throw new RoamgridError(
        'payload_too_large',
        `a table has at most ${String(limitBytes)} bytes`,
      );
    }
    hash.update(piece);
    // appends at the place where the last one ended, all of it
    await file.appendFile(cipher.update(piece));
  }
  return { lengthBytes, sha256: hash.digest('hex') };
}

/** A connection that ends before the body does is the sender's matter, not ours. */
async function* unbroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new RoamgridError('malformed_request', `the table broke off: ${String(error)}`);
  }
}

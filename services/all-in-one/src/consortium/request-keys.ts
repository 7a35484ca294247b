import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RoamgridError } from '@roamgrid/kernel';
import { sha256Hex } from '@roamgrid/platform';
import { z } from 'zod';

const kept = z.record(z.string(), z.string());

/** For which request each `Idempotency-Key` stands, beyond a restart. */
export class RequestKeys {
  readonly #path: string;
  readonly #hashes: Map<string, string>;

  private constructor(path: string, hashes: Map<string, string>) {
    this.#path = path;
    this.#hashes = hashes;
  }

  static async open(dataDir: string): Promise<RequestKeys> {
    const path = join(dataDir, 'consortium-requests.json');
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
      throw error;
    });
    return new RequestKeys(path, new Map(Object.entries(kept.parse(JSON.parse(text)))));
  }

  /**
   * @returns whether this very request was made with the key before
   * @throws RoamgridError `idempotency_conflict` where the key stands for another request
   */
  check(key: string, body: string): boolean {
    const known = this.#hashes.get(key);
    if (known === undefined) return false;
    if (known === sha256Hex(body)) return true;
    throw new RoamgridError(
      'idempotency_conflict',
      'this idempotency key stands for another request',
    );
  }

  async keep(key: string, body: string): Promise<void> {
    this.#hashes.set(key, sha256Hex(body));
    const draft = `${this.#path}.new`;
    await writeFile(draft, JSON.stringify(Object.fromEntries(this.#hashes)), { mode: 0o600 });
    await rename(draft, this.#path);
  }
}

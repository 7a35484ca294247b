import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A line of `DATA_DIR/cluster.json` (INTERFACE §8). */
export interface ListedProcess {
  readonly name: string;
  readonly utility?: string;
  readonly pid: number;
}

/** Keeps `DATA_DIR/cluster.json` as it is, whole at every moment; writes follow one another. */
export class ProcessList {
  readonly #path: string;
  readonly #read: () => readonly ListedProcess[];
  readonly #onError: (error: unknown) => void;
  #writing: Promise<void> = Promise.resolve();
  #isWanted = false;
  #isClosed = false;

  constructor(
    dataDir: string,
    read: () => readonly ListedProcess[],
    onError: (error: unknown) => void,
  ) {
    this.#path = join(dataDir, 'cluster.json');
    this.#read = read;
    this.#onError = onError;
  }

  /** Something has changed; safe to call as often as one likes. */
  update(): void {
    if (this.#isWanted || this.#isClosed) return;
    this.#isWanted = true;
    this.#writing = this.#writing.then(() => this.#write()).catch(this.#onError);
  }

  /** Nothing runs any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    await rm(this.#path, { force: true });
  }

  async #write(): Promise<void> {
    this.#isWanted = false;
    const draft = `${this.#path}.new`;
    await writeFile(draft, `${JSON.stringify({ processes: this.#read() }, null, 2)}\n`);
    await rename(draft, this.#path);
  }
}

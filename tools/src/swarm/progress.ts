const WIDTH = 30;
const LEAST_STEP = 0.02;

export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** A bar that grows in place on a terminal, and a line for each tenth elsewhere. */
export class ProgressBar {
  readonly #output: ProgressOutput;
  readonly #total: number;
  #done = 0;
  #shown = 0;

  constructor(output: ProgressOutput, total: number) {
    this.#output = output;
    this.#total = total;
  }

  advance(): void {
    this.#done += 1;
    const part = this.#done / this.#total;
    const step = this.#output.isTTY === true ? LEAST_STEP : 0.1;
    if (part - this.#shown < step && this.#done < this.#total) return;
    this.#shown = part;
    const filled = Math.round(part * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    const line = `${bar} ${String(this.#done)}/${String(this.#total)} charges`;
    const isOver = this.#done === this.#total;
    if (this.#output.isTTY === true) this.#output.write(`\r${line}${isOver ? '\n' : ''}`);
    else this.#output.write(`${line}\n`);
  }
}

/** Tells a story as numbered hops with lines below them. */
export class Narrator {
  readonly #write: (line: string) => void;
  #hops = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  hop(line: string): void {
    this.#hops += 1;
    this.#write(`${String(this.#hops).padStart(2)}. ${line}`);
  }

  more(line: string): void {
    this.#write(`    ${line}`);
  }

  say(line: string): void {
    this.#write(line);
  }
}

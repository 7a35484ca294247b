/** Pseudo-random integers from a seed: the same swarm every time (xorshift, 32 bits). */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    // a state of 0 would stay 0
    this.#state = (seed ^ 0x9e3779b9) | 0 || 1;
  }

  /** from 0 up to, and not including, `bound` */
  below(bound: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % bound;
  }
}

import { parseDecimal, RoamgridError, type FieldError } from '@roamgrid/kernel';

/** Collects everything that is wrong with one tariff, so that its author reads all of it at once. */
export class Findings {
  readonly #fields: FieldError[] = [];

  add(path: string, message: string): void {
    this.#fields.push({ path, message });
  }

  /** Runs a reader; what it refuses becomes a finding and `fallback` stands in its place. */
  reading<T>(path: string, fallback: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RoamgridError)) throw error;
      this.add(path, error.message);
      return fallback;
    }
  }

  /** Decimal text as an integer scaled by 10^scale, which must lie in 0…greatest. */
  decimal(path: string, text: string, scale: number, greatest: bigint): bigint {
    const scaled = this.reading(path, 0n, () => parseDecimal(text, scale));
    if (scaled < 0n) this.add(path, 'must not be negative');
    else if (scaled > greatest * 10n ** BigInt(scale)) {
      this.add(path, `must not be above ${String(greatest)}`);
    }
    return scaled;
  }

  /** @throws RoamgridError `invalid_tariff` with one field per finding */
  throwIfAny(): void {
    const [first] = this.#fields;
    if (first === undefined) return;
    throw new RoamgridError('invalid_tariff', `${first.path}: ${first.message}`, this.#fields);
  }
}

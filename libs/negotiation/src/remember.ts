/**
 * A pure function that keeps its last results: the same input gives the same object again, so that nothing but
 * time is saved.
 *
 * @param keyOf what the result depends on, as text
 */
export function remembering<Input extends readonly unknown[], Result>(
  compute: (...input: Input) => Result,
  keyOf: (...input: Input) => string,
  kept: number,
): (...input: Input) => Result {
  const results = new Map<string, Result>();
  return (...input) => {
    const key = keyOf(...input);
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = compute(...input);
    const [oldest] = results.keys();
    if (oldest !== undefined && results.size >= kept) results.delete(oldest);
    results.set(key, result);
    return result;
  };
}

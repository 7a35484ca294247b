/** One breach of the house style. `line` counts from 1. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** Findings for each line that a pattern is found on. */
export function findLines(
  file: { readonly path: string; readonly text: string },
  pattern: RegExp,
  rule: string,
  message: string,
): Finding[] {
  return file.text
    .split('\n')
    .flatMap((text, index) =>
      pattern.test(text) ? [{ path: file.path, line: index + 1, rule, message }] : [],
    );
}

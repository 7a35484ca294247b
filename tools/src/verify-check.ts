/** The outcome of one check; `skip` where what it needs was not given, which proves nothing either way. */
export interface Check {
  readonly outcome: 'ok' | 'FAIL' | 'skip';
  /** `"cdr signature"` */
  readonly name: string;
  /** what was found, or what differs */
  readonly detail: string;
}

/** Thrown where a check finds a difference; its message is for the auditor. */
export class Difference extends Error {}

/** Thrown where a check cannot be made with the files given. */
export class NotGiven extends Error {}

/** @throws Difference when the two are not the same; `what` says of what */
export function assertSame(what: string, found: string, expected: string): void {
  if (found !== expected) throw new Difference(`${what} is ${found}, expected ${expected}`);
}

/**
 * Runs one check. It fails for whatever reason it does not come to its end: what is checked was written by
 * others, and a document that makes a check throw has not passed it.
 *
 * @param run answers what was found
 */
export async function check(name: string, run: () => string | Promise<string>): Promise<Check> {
  try {
    return { outcome: 'ok', name, detail: await run() };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { outcome: error instanceof NotGiven ? 'skip' : 'FAIL', name, detail };
  }
}

/** `ok    cdr signature: by settlement-1 (EdDSA) of duke.json` */
export function formatCheck({ outcome, name, detail }: Check): string {
  return `${outcome.padEnd(4)}  ${name}: ${detail.replace(/\s+/g, ' ')}`;
}

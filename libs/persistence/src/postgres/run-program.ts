import { spawn } from 'node:child_process';
import type { Account } from './account.js';
import { reasonOf } from './start-error.js';

/** Nothing of our own environment reaches the server: no PG* settings, no preloaded libraries. */
export const PROGRAM_ENVIRONMENT = {
  LC_ALL: 'C',
  TZ: 'UTC',
  PATH: '/usr/local/bin:/usr/bin:/bin',
} as const;

export interface ProgramResult {
  /** undefined when it could not be started or was killed */
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** Runs a program to its end. Never rejects: what went wrong stands in the output. */
export function runProgram(
  path: string,
  args: readonly string[],
  account: Account | undefined,
  environment: 'bare' | 'inherit' = 'bare',
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let output = '';
    try {
      const child = spawn(path, args, {
        ...account,
        cwd: '/',
        ...(environment === 'bare' && { env: PROGRAM_ENVIRONMENT }),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.once('error', (error) => {
        resolve({ exitCode: undefined, output: error.message });
      });
      child.once('close', (exitCode) => {
        resolve({ exitCode: exitCode ?? undefined, output });
      });
    } catch (error) {
      // spawn throws at once where the account may not be taken
      resolve({ exitCode: undefined, output: reasonOf(error) });
    }
  });
}

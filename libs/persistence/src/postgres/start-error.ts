import { RoamgridError } from '@roamgrid/kernel';

/** PostgreSQL could not be started or reached; the message is one line that says what to do. */
export class DatabaseStartError extends RoamgridError {
  constructor(detail: string) {
    super('database_unavailable', detail.replaceAll(/\s*\n\s*/g, ' ').trim());
    this.name = 'DatabaseStartError';
  }
}

const TELLING = /(?:FATAL|PANIC|error):\s+(.+)|(error while loading shared libraries.*)/;
const DISK_FULL = /No space left on device|ENOSPC|Disk quota exceeded/;

/** The one line of a program's output that says why it failed. */
export function tellingLine(output: string): string {
  if (DISK_FULL.test(output)) return 'the disk is full';
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.map((line) => TELLING.exec(line)).find((match) => match !== null);
  return telling?.[1] ?? telling?.[2] ?? lines.at(-1)?.trim() ?? 'it ended without a word';
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Any failure on the way to a running server, as one line. */
export function toStartError(error: unknown, where: string): DatabaseStartError {
  if (error instanceof DatabaseStartError) return error;
  const reason = reasonOf(error);
  return new DatabaseStartError(
    `PostgreSQL cannot be set up in ${where}: ${DISK_FULL.test(reason) ? 'the disk is full' : reason}`,
  );
}

import type { ERROR_KINDS } from '@roamgrid/kernel';
import { cell, table } from './markdown.js';

const NEXT = {
  retrySame: 'send the same request again',
  retryNew: 'make a new request (new swipe, new quote)',
  giveUp: 'sending it again does not help',
  unknownOutcome: 'it may have happened: look it up by its key first',
} as const;

/** docs/errors.md: every code that leaves a program, its HTTP status and what to do about it. */
export function errorsPage(kinds: typeof ERROR_KINDS): string {
  const rows = Object.entries(kinds).map(([code, kind]) => [
    `\`${code}\``,
    String(kind.status),
    cell(kind.title),
    NEXT[kind.next],
  ]);
  return [
    '# Errors',
    'An error answers as `application/problem+json` with `type` = `urn:roamgrid:error:<code>`, and travels between services under the same code. The set is closed.',
    table(['code', 'status', 'meaning', 'what to do'], rows),
  ].join('\n\n');
}

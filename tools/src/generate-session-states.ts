import { z } from 'zod';
import { cell, table } from './markdown.js';

/** What services/aaa exports about the life of a session. */
export const sessionModule = z.object({
  SESSION_STATES: z.array(z.string()),
  SESSION_TRANSITIONS: z.array(
    z.object({ from: z.string(), event: z.string(), to: z.string(), why: z.string() }),
  ),
});
export type SessionTable = z.output<typeof sessionModule>;

/** docs/session-states.md: the table that aaa decides by, and its picture. */
export function sessionStatesPage(session: SessionTable): string {
  const { SESSION_STATES: states, SESSION_TRANSITIONS: transitions } = session;
  const ends = states.filter((state) => !transitions.some((row) => row.from === state));
  const starts = states.filter((state) => !transitions.some((row) => row.to === state));
  const arrows = [
    ...starts.map((state) => `  [*] --> ${state}`),
    ...transitions.map((row) => `  ${row.from} --> ${row.to}: ${row.event}`),
    ...ends.filter((state) => !starts.includes(state)).map((state) => `  ${state} --> [*]`),
  ];
  return [
    '# States of a session',
    'What `aaa` allows; anything else is refused with `state_conflict`. Settlement carries an ended session on (`rated`, `held`, `written_off`), as the portal shows it.',
    `\`\`\`mermaid\nstateDiagram-v2\n${arrows.join('\n')}\n\`\`\``,
    table(
      ['from', 'event', 'to', 'why'],
      transitions.map((row) => [row.from, row.event, row.to, cell(row.why)]),
    ),
    `No event leaves ${ends.map((state) => `\`${state}\``).join(', ')}.`,
  ].join('\n\n');
}

import { describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { ERROR_KINDS } from '@roamgrid/kernel';
import { z } from 'zod';
import { configurationPage, environmentExample } from '../src/generate-configuration.js';
import { errorsPage } from '../src/generate-errors.js';
import { flowPage } from '../src/generate-flow.js';
import { messagesPage, nameSchemas } from '../src/generate-messages.js';
import { sessionStatesPage } from '../src/generate-session-states.js';

nameSchemas(contracts);

describe('generated pages', () => {
  it('show each message of the flow once, linked to its section', () => {
    const flow = flowPage(contracts.FLOW);
    const messages = messagesPage(contracts.FLOW);
    for (const contract of contracts.FLOW) {
      const subject = contracts.subjectOf(contract);
      expect(flow.split(`[\`${subject}\`]`)).toHaveLength(2);
      expect(messages.split(`### ${subject}\n`)).toHaveLength(2);
      expect(flow).toContain(`messages.md#${subject.replace('.', '').toLowerCase()})`);
    }
  });

  it('refer only to definitions that they show', () => {
    const messages = messagesPage(contracts.FLOW);
    const headings = new Set(
      [...messages.matchAll(/^### (.+)$/gm)].map(([, name]) =>
        name?.replace('.', '').toLowerCase(),
      ),
    );
    const targets = [...messages.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(targets.length).toBeGreaterThan(100);
    expect(targets.filter((anchor) => !headings.has(anchor))).toEqual([]);
  });

  it('list every error with its status and what to do', () => {
    const page = errorsPage(ERROR_KINDS);
    for (const [code, kind] of Object.entries(ERROR_KINDS)) {
      expect(page).toContain(`| \`${code}\` | ${String(kind.status)} | ${kind.title} |`);
    }
  });

  it('show a configuration with its defaults, limits and descriptions', () => {
    const schema = z.object({
      PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('where it listens'),
      UTILITY: z.string().min(1),
      NATS_URL: z.string().optional().describe('the bus'),
    });
    const page = configurationPage([{ service: 'edge', schema }], ['portal']);
    expect(page).toContain('| `PORT` | integer (0–65535) | `8080` | where it listens |');
    expect(page).toContain('| `UTILITY` | string (≥ 1 long) | required |  |');
    expect(page).toContain('| `NATS_URL` | string |  | the bus |');
    expect(page).toContain('without configuration: portal.');
  });

  it('give each variable once, open where any service needs it', () => {
    const optional = z.object({ NATS_URL: z.string().optional().describe('the bus') });
    const required = z.object({ NATS_URL: z.string().describe('the bus') });
    const example = environmentExample([
      { service: 'aaa', schema: optional },
      { service: 'router', schema: required },
    ]);
    expect(example).toContain('# aaa, router: the bus\nNATS_URL=');
    expect(example.split('NATS_URL=')).toHaveLength(2);
  });

  it('draw where a session begins and ends', () => {
    const page = sessionStatesPage({
      SESSION_STATES: ['quoted', 'refused', 'ended'],
      SESSION_TRANSITIONS: [{ from: 'quoted', event: 'stop', to: 'ended', why: 'it stopped' }],
    });
    expect(page).toContain('  [*] --> quoted\n  [*] --> refused\n  quoted --> ended: stop');
    expect(page).toContain('  ended --> [*]');
    expect(page).not.toContain('refused --> [*]');
    expect(page).toContain('| quoted | stop | ended | it stopped |');
  });
});

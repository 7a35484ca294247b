import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { hashHex, identifier, instantString, nothing, uuid } from '../../values.js';

/** What the read model holds; each service owns the facets it publishes. */
export const VIEW_KINDS = [
  'session',
  'cdr',
  'invoice',
  'settlement',
  'bill',
  'tariff',
  'agreement',
  'negotiation',
  'policy',
  'loadSignal',
  'mandate',
  'consumer',
  'driverContract',
  'station',
  'suspense',
] as const;

export const TRACE_STEPS = [
  'swipe',
  'identify',
  'authenticate',
  'authorize',
  'negotiate',
  'quote',
  'consent',
  'start',
  'meter',
  'power',
  'stop',
  'rate',
  'cdr',
  'rerate',
  'invoice',
  'ledger',
  'bill',
] as const;
export type TraceStep = (typeof TRACE_STEPS)[number];

/** One hop of a session, as it happened. */
export const traceStep = z.strictObject({
  step: z.enum(TRACE_STEPS),
  occurrence: identifier.describe('distinguishes repeated steps: a natural key of the occurrence'),
  from: z.string().max(80),
  to: z.string().max(80),
  at: instantString,
  durationMs: z.int().min(0),
  documentHash: hashHex.nullable(),
  /** what it came to, in a few words */
  detail: z.string().max(120).exactOptional(),
});

/** One service's part of a view: replaces what that service said of it before. */
export const project = defineContract({
  kind: 'event',
  service: 'portal',
  name: 'project',
  version: 1,
  summary: "A service publishes its part of a view to its own utility's portal.",
  senders: ['aaa', 'profiles', 'crp', 'settlement'],
  scope: 'own',
  request: z.strictObject({
    kind: z.enum(VIEW_KINDS),
    id: identifier,
    /** `aaa`, `settlement`, …: whose part this is */
    facet: z.enum(['aaa', 'profiles', 'crp', 'settlement']),
    /** orders the list; the session's swipe, the CDR's end, the invoice's issue */
    sortAt: instantString,
    data: z.record(z.string(), z.unknown()).describe('JSON; it crossed the bus as such'),
    steps: z
      .array(traceStep)
      .default([])
      .describe('of a session: what happened to it, to be added to its trace'),
  }),
  reply: nothing,
});

/** Steps of a session whose view stays as it is. Idempotent by (sessionId, step, occurrence). */
export const traceSteps = defineContract({
  kind: 'event',
  service: 'portal',
  name: 'traceSteps',
  version: 1,
  summary: 'A service publishes steps of a session to the trace.',
  senders: ['aaa', 'profiles', 'crp', 'settlement'],
  scope: 'own',
  request: z.strictObject({ sessionId: uuid, steps: z.array(traceStep).min(1) }),
  reply: nothing,
});

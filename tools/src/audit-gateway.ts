import { z } from 'zod';
import { refused, type DemoGateway } from './demo-gateway.js';

const auditAnswer = z.looseObject({
  auditId: z.string(),
  state: z.string(),
  checked: z.record(z.string(), z.number()).optional(),
  breaches: z
    .array(z.looseObject({ invariant: z.string(), subject: z.string(), detail: z.string() }))
    .optional(),
  detail: z.string().optional(),
});

/** What an audit of one utility found. */
export interface AuditResult {
  readonly utility: string;
  readonly checked: Readonly<Record<string, number>>;
  readonly breaches: readonly {
    readonly invariant: string;
    readonly subject: string;
    readonly detail: string;
  }[];
}

const AUDIT_MS = 900_000;

/** Runs a utility's audit to its end. @throws DemoFault when it cannot be run */
export async function auditUtility(gateway: DemoGateway, utility: string): Promise<AuditResult> {
  const started = await gateway.ask(utility, 'POST', '/audit');
  if (started.status !== 202) throw refused(`the audit of ${utility}`, started);
  const { auditId } = auditAnswer.parse(started.body);
  const { checked, breaches, state, detail } = await gateway.until(
    `the audit of ${utility} is over`,
    AUDIT_MS,
    async () => {
      const audit = await gateway.get(utility, `/audit/${auditId}`, auditAnswer);
      return audit.state === 'running' ? null : audit;
    },
  );
  if (state === 'done') return { utility, checked: checked ?? {}, breaches: breaches ?? [] };
  const failure = { invariant: 'auditRuns', subject: utility, detail: detail ?? 'it failed' };
  return { utility, checked: {}, breaches: [failure] };
}

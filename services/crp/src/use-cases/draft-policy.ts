import type { draftPolicy, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError, type FieldError } from '@roamgrid/kernel';
import { negotiationPolicySchema } from '@roamgrid/negotiation';
import { policyIdOf } from '../decisions/policy-id.js';
import { policyProjection } from '../decisions/projections.js';
import type { CrpParts } from './parts.js';

type Draft = RequestOf<typeof draftPolicy>;

/** @throws RoamgridError `unprocessable` for a date that the calendar does not have */
function hasPassed(localDate: string, nowMs: number): boolean {
  const parsed = ((): number | null => {
    try {
      return parseInstant(`${localDate}T00:00:00Z`);
    } catch (error) {
      if (error instanceof RoamgridError) return null;
      throw error;
    }
  })();
  return parsed === null || localDate < formatInstant(nowMs).slice(0, localDate.length);
}

function findingsOf({ side, policy, reviewDate }: Draft, nowMs: number): FieldError[] {
  const parsed = negotiationPolicySchema.safeParse(policy);
  const findings = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({
        path: ['policy', ...issue.path].join('.'),
        message: issue.message,
      }));
  if (parsed.success && parsed.data.side !== side) {
    findings.push({ path: 'policy.side', message: 'is for the other side' });
  }
  if (hasPassed(reviewDate, nowMs)) {
    findings.push({ path: 'reviewDate', message: 'must be a date that is still to come' });
  }
  return findings;
}

/** @throws RoamgridError `unprocessable`, naming each member that does not fit */
export function draftPolicyWith(
  parts: Pick<CrpParts, 'policies' | 'clock'>,
): (request: Draft) => Promise<ReplyOf<typeof draftPolicy>> {
  return async (request) => {
    const draftedAtMs = parts.clock.now();
    const findings = findingsOf(request, draftedAtMs);
    if (findings.length > 0) {
      throw new RoamgridError('unprocessable', 'not a policy that can be used', findings);
    }
    const drafted = await parts.policies.addDraft(
      (version) => ({
        draftedAtMs,
        view: {
          ...request,
          policyId: policyIdOf(request),
          version,
          state: 'draft',
          publisher: null,
          publishedAt: null,
        },
      }),
      request,
      policyProjection,
    );
    return drafted.view;
  };
}

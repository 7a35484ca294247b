import {
  auditBooks,
  auditContracts,
  auditSessions,
  drainAaa,
  drainSettlement,
  listEndedCharges,
  matchCharges,
  matchReplays,
  replayCharges,
  type AuditReport,
  type ReplyOf,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Portal } from '../ports.js';
import type { JsonObject } from '../read-model/view.js';

const AUDIT_TIMEOUT_MS = 600_000;
const CHARGES_PAGE = 500;
const REPLAYED_PAGE = 50;

/** What is on its way between the services would look like a breach: it arrives first. */
async function check(portal: Portal): Promise<AuditReport> {
  const { bus, utility } = portal;
  await bus.request(drainAaa, utility, {});
  await bus.request(drainSettlement, utility, {});
  const timeout = { timeoutMs: AUDIT_TIMEOUT_MS };
  return joined([
    await bus.request(auditBooks, utility, {}, timeout),
    await bus.request(auditSessions, utility, {}, timeout),
    await bus.request(auditContracts, utility, {}, timeout),
    ...(await matchAll(portal)),
    ...(await replayAll(portal)),
  ]);
}

/** What AAA metered and what settlement rated meet here: neither sees the other's tables. */
async function matchAll({ bus, utility }: Portal): Promise<AuditReport[]> {
  const reports: AuditReport[] = [];
  let after: string | null = null;
  do {
    const { items }: ReplyOf<typeof listEndedCharges> = await bus.request(
      listEndedCharges,
      utility,
      { after, limit: CHARGES_PAGE },
    );
    // what ended since the audit began is on its way: it arrives before it is looked for
    await bus.request(drainAaa, utility, {});
    reports.push(await bus.request(matchCharges, utility, { charges: items }));
    after = items.length < CHARGES_PAGE ? null : (items.at(-1)?.sessionId ?? null);
  } while (after !== null);
  return reports;
}

/** From the raw events to the bytes of each CDR: AAA makes the charges again, settlement their records. */
async function replayAll({ bus, utility }: Portal): Promise<AuditReport[]> {
  const reports: AuditReport[] = [];
  let after: string | null = null;
  do {
    const { items, next }: ReplyOf<typeof replayCharges> = await bus.request(
      replayCharges,
      utility,
      { after, limit: REPLAYED_PAGE },
    );
    reports.push(await bus.request(matchReplays, utility, { charges: items }));
    after = next;
  } while (after !== null);
  return reports;
}

function joined(reports: readonly AuditReport[]): AuditReport {
  const checked: Record<string, number> = {};
  for (const report of reports) {
    for (const [invariant, count] of Object.entries(report.checked)) {
      checked[invariant] = (checked[invariant] ?? 0) + count;
    }
  }
  return { checked, breaches: reports.flatMap(({ breaches }) => breaches) };
}

async function runAudit(portal: Portal, auditId: string): Promise<void> {
  try {
    await portal.audits.finish(auditId, 'done', await check(portal));
  } catch (error) {
    portal.log.error({ auditId, error: String(error) }, 'an audit failed');
    const detail = error instanceof RoamgridError ? error.message : 'the audit failed';
    await portal.audits.finish(auditId, 'failed', { detail });
  }
}

/** Starts an audit and answers at once; `readAudit` tells what came of it. */
export async function startAudit(portal: Portal): Promise<JsonObject> {
  const auditId = portal.ids.uuid();
  await portal.audits.start(auditId, portal.clock.now());
  const running = runAudit(portal, auditId)
    .catch((error: unknown) => {
      portal.log.error({ auditId, error: String(error) }, 'the outcome of an audit was lost');
    })
    .finally(() => {
      portal.background.delete(running);
    });
  portal.background.add(running);
  return { auditId, state: 'running' };
}

/** @throws RoamgridError `not_found` */
export async function readAudit(portal: Portal, auditId: string): Promise<JsonObject> {
  const audit = await portal.audits.find(auditId);
  if (audit === null) throw new RoamgridError('not_found', 'no such object');
  return { auditId, state: audit.state, ...audit.result };
}

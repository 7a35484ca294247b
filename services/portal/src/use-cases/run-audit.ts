import { auditBooks, drainAaa, drainSettlement } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Portal } from '../ports.js';
import type { JsonObject } from '../read-model/view.js';

const AUDIT_TIMEOUT_MS = 600_000;

/** What is on its way between the services would look like a breach: it arrives first. */
async function check(portal: Portal): Promise<JsonObject> {
  await portal.bus.request(drainAaa, portal.utility, {});
  await portal.bus.request(drainSettlement, portal.utility, {});
  return portal.bus.request(auditBooks, portal.utility, {}, { timeoutMs: AUDIT_TIMEOUT_MS });
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

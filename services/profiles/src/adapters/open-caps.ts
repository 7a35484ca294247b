import type { SignedMandate } from '@roamgrid/contracts';
import { json, type Transaction } from '@roamgrid/persistence';
import { projectMandate } from '../projections.js';
import type { HeardMandate, OpenCaps } from '../ports.js';

/** A station delivers at most 30 days late: of a charge whose end is lost nothing more comes after this. */
const END_IS_LOST_AFTER_MS = 31 * 86_400_000;

/** A revocation is in force so long after home signed it (DESIGN §7): until then visited may charge under it. */
const REVOCATION_IN_FORCE_AFTER_MS = 60_000;

/**
 * Of open mandates, of those whose revocation is not in force yet, of others under which a charge still runs, and of those that partners made while we were
 * silent, as long as a charge runs under them.
 */
export async function openCapsWithin(
  tx: Transaction,
  consumerId: string,
  nowMs: number,
): Promise<OpenCaps> {
  const [row] = await tx.query<{ energy: bigint; money: bigint }>(
    `WITH running AS (
       SELECT mandate_id FROM running_charges WHERE ended_at IS NULL AND noted_at > $3
     ), open AS (
       SELECT energy_cap_milli_wh, home_cap_minor FROM mandates_issued
        WHERE consumer_id = $1 AND ((state = 'active' AND not_after > $2)
          OR (state = 'revoked' AND not_after > $2 AND revoked_at > $4 AND NOT single_session)
          OR mandate_id IN (SELECT mandate_id FROM running))
       UNION ALL
       SELECT energy_cap_milli_wh, home_cap_minor FROM mandates_heard
        WHERE consumer_id = $1 AND mandate_id IN (SELECT mandate_id FROM running)
     ) SELECT COALESCE(sum(energy_cap_milli_wh), 0)::bigint AS energy,
         COALESCE(sum(home_cap_minor), 0)::bigint AS money FROM open`,
    [
      consumerId,
      new Date(nowMs),
      new Date(nowMs - END_IS_LOST_AFTER_MS),
      new Date(nowMs - REVOCATION_IN_FORCE_AFTER_MS),
    ],
  );
  return { energyMilliWh: row?.energy ?? 0n, homeMinor: row?.money ?? 0n };
}

/** Counts from now on; a mandate that is made at this moment waits and sees it. */
export async function keepHeard(
  tx: Transaction,
  utility: string,
  { consumerId, energyCapMilliWh, homeCapMinor, signed }: HeardMandate,
): Promise<void> {
  await tx.query('SELECT 1 FROM consumers WHERE consumer_id = $1 FOR UPDATE', [consumerId]);
  const added = await tx.query(
    `INSERT INTO mandates_heard (mandate_id, consumer_id, energy_cap_milli_wh, home_cap_minor, signed)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING mandate_id`,
    [signed.document.mandateId, consumerId, energyCapMilliWh, homeCapMinor, json(signed)],
  );
  if (added.length > 0) await projectMandate(tx, utility, 'home', signed, 'active');
}

/** A mandate under the off-line rule is good for one charge. */
export async function showHeardEnd(
  tx: Transaction,
  utility: string,
  mandateId: string,
): Promise<void> {
  const [heard] = await tx.query<{ signed: SignedMandate }>(
    'SELECT signed FROM mandates_heard WHERE mandate_id = $1',
    [mandateId],
  );
  if (heard !== undefined) await projectMandate(tx, utility, 'home', heard.signed, 'used_up');
}

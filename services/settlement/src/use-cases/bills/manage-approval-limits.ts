import type {
  ApprovalLimit,
  approveApprovalLimit as approveContract,
  proposeApprovalLimit as proposeContract,
  RequestOf,
} from '@roamgrid/contracts';
import { parseMoney, RoamgridError } from '@roamgrid/kernel';
import type { Ports } from '../../ports.js';

/**
 * Proposes up to which amount one person may credit a driver; nothing changes until another person agrees.
 *
 * @throws RoamgridError `unprocessable` for a limit below zero
 */
export async function proposeApprovalLimit(
  ports: Ports,
  { currency, onePersonUpTo, by }: RequestOf<typeof proposeContract>,
): Promise<ApprovalLimit> {
  const { minor: upToMinor } = parseMoney(onePersonUpTo, currency);
  if (upToMinor < 0n) {
    throw new RoamgridError('unprocessable', 'a limit is not below zero', [
      { path: 'onePersonUpTo', message: 'is below zero' },
    ]);
  }
  return ports.work.run((books) =>
    books.approvals.propose({ currency, upToMinor, by }, ports.clock.now()),
  );
}

/**
 * A second person puts a version in force; again, the same answer.
 *
 * @throws RoamgridError `not_found`; `four_eyes` for whoever proposed it; `state_conflict` for a version that a
 *   later one has replaced
 */
export async function approveApprovalLimit(
  ports: Ports,
  { currency, version, by }: RequestOf<typeof approveContract>,
): Promise<ApprovalLimit> {
  return ports.work.run(async (books) => {
    const limit = await books.approvals.find(currency, version);
    if (limit === null) throw new RoamgridError('not_found', 'no such limit');
    if (limit.proposedBy === by) {
      throw new RoamgridError('four_eyes', 'another person must approve this limit');
    }
    if (limit.state === 'replaced') {
      throw new RoamgridError('state_conflict', 'a later version is in force');
    }
    if (limit.state === 'proposed') await books.approvals.approve(limit, by, ports.clock.now());
    return (await books.approvals.find(currency, version)) ?? limit;
  });
}

/** All versions, the newest of each currency first. */
export async function readApprovalLimits(ports: Ports): Promise<{ items: ApprovalLimit[] }> {
  return { items: await ports.work.run((books) => books.approvals.all()) };
}

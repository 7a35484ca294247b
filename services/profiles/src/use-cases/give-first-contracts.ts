import { planOf } from './sign-contract.js';
import { underNewVersion, type ChangeContractParts } from './change-contract.js';

const BATCH = 100;

/** A consumer of before there were contracts gets version 1 of what it stands under, from its beginning on. */
export async function giveFirstContract(
  parts: ChangeContractParts,
  consumerId: string,
): Promise<void> {
  const before = await parts.consumers.read(consumerId);
  if (before === null || before.driverContract !== null) return;
  const plan = await planOf(parts, before.settings.planId);
  await parts.consumers.change(consumerId, async (now, contract) => {
    const unchanged = { consumer: now, version: null, end: null, revoke: null };
    // changed in between: it is looked at again
    if (now.driverContract !== null || now.settings.planId !== plan.planId) return unchanged;
    const draft = { plan, acceptance: null, validFrom: contract === null ? now.createdAt : null };
    const changed = await underNewVersion(parts, now, contract, draft);
    return { ...unchanged, ...changed };
  });
}

/** @returns how many were given one */
export async function giveFirstContracts(parts: ChangeContractParts): Promise<number> {
  let given = 0;
  let batch = await parts.contracts.consumersWithout(BATCH);
  while (batch.length > 0) {
    for (const consumerId of batch) {
      await parts.turns.run(consumerId, () => giveFirstContract(parts, consumerId));
    }
    given += batch.length;
    batch = await parts.contracts.consumersWithout(BATCH);
  }
  return given;
}

import type { SignedMandate } from '@roamgrid/contracts';
import { divideUp } from '@roamgrid/kernel';
import type { MandateBalance, Reservation, UnitOfWork } from '../../ports.js';

/** What a charge used so far, in the units of its reservation. */
type Used = Reservation;

/**
 * Is nothing left for this charge? Its consent reserved an equal part of the mandate; where that is used up
 * and the mandate has more that nobody reserved, the charge takes of it: what it needs, and at least an equal
 * part of the rest among itself and the sessions that may still begin.
 */
export async function isCreditUsedUp(
  unit: UnitOfWork,
  sessionId: string,
  mandate: SignedMandate,
  used: Used,
): Promise<boolean> {
  const reserved = await unit.mandates.reservationOf(sessionId);
  if (reserved === null || !reaches(used, reserved)) return false;
  const balance = await unit.mandates.lockBalance(mandate);
  if (balance.isClosed || mandate.document.singleSession) return true;
  const sharers = sharersOf(mandate, balance);
  const by: Reservation = {
    energyMilliWh: partOf(
      balance.energyMilliWh,
      sharers,
      used.energyMilliWh - reserved.energyMilliWh,
    ),
    minor: partOf(balance.minor, sharers, used.minor - reserved.minor),
  };
  await unit.mandates.extend(sessionId, by);
  return reaches(used, {
    energyMilliWh: reserved.energyMilliWh + by.energyMilliWh,
    minor: reserved.minor + by.minor,
  });
}

export function reaches(used: Used, reserved: Reservation): boolean {
  return used.minor >= reserved.minor || used.energyMilliWh >= reserved.energyMilliWh;
}

/** This charge, and those that may still begin beside it. */
function sharersOf({ document }: SignedMandate, balance: MandateBalance): bigint {
  const others = document.maxConcurrentSessions - balance.openReservations;
  return others > 0 ? BigInt(others) + 1n : 1n;
}

/** @param over how far what was used lies beyond what was reserved; negative where it does not */
function partOf(left: bigint, sharers: bigint, over: bigint): bigint {
  if (left <= 0n) return 0n;
  const part = divideUp(left, sharers);
  const wanted = over >= part ? over + 1n : part;
  return wanted > left ? left : wanted;
}

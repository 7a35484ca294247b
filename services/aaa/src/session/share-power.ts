import { divideDown } from '@roamgrid/kernel';

/** A charge that draws from a site's connection. Powers in watts. */
export interface SharingCharge {
  readonly sessionId: string;
  /** what its connector gives at most */
  readonly powerW: bigint;
  /** OCPP's `chargingPriority`, -9 to 9 */
  readonly priority: number;
  /** of the site's power at most, in millionths of a percent, while others wait; null for no such bound */
  readonly shareMillionths: bigint | null;
  /** connected without energy: it keeps what wakes a vehicle */
  readonly isIdle: boolean;
  /** whether its station takes a limit; one that does not draws what its connector gives */
  readonly isControllable: boolean;
}

/** The least that a vehicle charges with: 6 A at 230 V, one phase (IEC 61851-1). */
export const LEAST_W = 1_380n;
const WHOLE_MILLIONTHS = 100_000_000n;

const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);

/**
 * Divides what a site's connection gives: first the least that keeps each vehicle charging, then the rest by
 * priority, equal parts among equals, each up to its share; what nobody with a share may have goes round again
 * without shares. Nobody is told less than the least, which would stop a charge: a site with more vehicles than that
 * feeds, or with stations that take no limit, is protected by its own fuse. Pure.
 *
 * @returns watts by session, for the controllable ones
 */
export function sharePower(
  siteW: bigint,
  charges: readonly SharingCharge[],
): ReadonlyMap<string, bigint> {
  const [bound, free] = [charges.filter(isFree), charges.filter((charge) => !isFree(charge))];
  const drawnW = free.reduce((sum, { powerW }) => sum + powerW, 0n);
  const availableW = siteW > drawnW ? siteW - drawnW : 0n;
  const shares = new Map<string, bigint>();
  if (bound.length === 0) return shares;
  for (const { sessionId, powerW } of bound) shares.set(sessionId, least(LEAST_W, powerW));
  const spend = (capOf: (charge: SharingCharge) => bigint): void => {
    for (const group of byPriority(bound)) fill(shares, availableW, group, capOf);
  };
  spend(({ powerW, shareMillionths, isIdle }) => {
    if (isIdle) return LEAST_W;
    if (shareMillionths === null) return powerW;
    return least(powerW, divideDown(siteW * shareMillionths, WHOLE_MILLIONTHS));
  });
  spend(({ powerW, isIdle }) => (isIdle ? LEAST_W : powerW));
  return shares;
}

const isFree = ({ isControllable }: SharingCharge): boolean => isControllable;

/** The highest first. */
function byPriority(charges: readonly SharingCharge[]): SharingCharge[][] {
  const priorities = [...new Set(charges.map(({ priority }) => priority))].sort(
    (left, right) => right - left,
  );
  return priorities.map((wanted) => charges.filter(({ priority }) => priority === wanted));
}

/** Equal parts to everybody below a cap, until nothing is left or everybody is at it. */
function fill(
  shares: Map<string, bigint>,
  availableW: bigint,
  group: readonly SharingCharge[],
  capOf: (charge: SharingCharge) => bigint,
): void {
  const has = (sessionId: string): bigint => shares.get(sessionId) ?? 0n;
  for (;;) {
    const spentW = [...shares.values()].reduce((sum, one) => sum + one, 0n);
    const hungry = group.filter((charge) => has(charge.sessionId) < capOf(charge));
    const partW = hungry.length === 0 ? 0n : divideDown(availableW - spentW, BigInt(hungry.length));
    if (partW <= 0n) return;
    for (const charge of hungry) {
      const { sessionId } = charge;
      shares.set(sessionId, least(has(sessionId) + partW, capOf(charge)));
    }
  }
}

import type { PolicyKey } from '../ports.js';

/** What a policy is for is what it is called by. */
export function policyIdOf({ side, customerClass, stationClass }: PolicyKey): string {
  return `${side}-${customerClass}-${stationClass}`;
}

const SIDES = ['visited', 'home'] as const;
const CUSTOMER_CLASSES = ['residential', 'commercial'] as const;
const STATION_CLASSES = ['AC', 'DC'] as const;

/** Null where no policy can be called so. */
export function policyKeyOf(policyId: string): PolicyKey | null {
  const keys = SIDES.flatMap((side) =>
    CUSTOMER_CLASSES.flatMap((customerClass) =>
      STATION_CLASSES.map((stationClass): PolicyKey => ({ side, customerClass, stationClass })),
    ),
  );
  return keys.find((key) => policyIdOf(key) === policyId) ?? null;
}

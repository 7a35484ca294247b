/**
 * OCPP 2.0.1's `chargingPriority`, from -9 to 9, as the agreement has it for the driver's tier: the member of an
 * answer; absent where it is everybody's 0.
 */
export function chargingPriority(priority: number | undefined): { chargingPriority?: number } {
  return priority === undefined || priority === 0 ? {} : { chargingPriority: priority };
}

import { parseEnergyWh, parseInstant } from '@roamgrid/kernel';
import type { Session } from '../../session/session.js';
import type { ChargeStep } from './charge-step.js';

export const METER_ROLLBACK = 'meter_rollback';
export const ROLLBACK_DETAIL =
  "the register at the start lies below the connector's last stop; the charge is rated by its own registers";

/**
 * A register never falls from one session to the next unless the meter was changed, which the station's
 * record or the start itself tells by another serial number. Where it does, the charge is flagged and staff
 * see it: its own two registers still measure it, the meter has to be looked at.
 */
export async function startsBelowLastStop(step: ChargeStep, session: Session): Promise<boolean> {
  const [first] = session.progress.readings;
  if (first === undefined || session.connectorId === null) return false;
  const last = await step.unit.sessions.lastRegister(session, parseInstant(first.at));
  if (last === null || last.meterSerial !== session.progress.meterSerial) return false;
  return parseEnergyWh(first.meterWh) < parseEnergyWh(last.meterWh);
}

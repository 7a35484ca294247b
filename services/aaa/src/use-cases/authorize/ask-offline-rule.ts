import type { SignedMandate } from '@roamgrid/contracts';
import { formatEnergyKwh, formatMoney } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { Reservation } from '../../ports.js';
import { refuse, type Grant, type Refusal, type Visitor } from './grant.js';

/**
 * Home does not answer. Silence never means yes: what it signed in advance decides, inside the agreement's
 * off-line rule. A PIN is home's to check, so that whoever brings one is refused.
 *
 * @param unanswered the refusal that home's silence would be, with the calls that were made
 */
export async function askOfflineRule(
  parts: AaaParts,
  visitor: Visitor,
  unanswered: Refusal,
): Promise<Grant | Refusal> {
  const { homeUtility, request, identity, station } = visitor;
  const { homeCalls, trace } = unanswered;
  if (homeUtility === parts.utility || request.pin !== null) return unanswered;
  const startedMs = parts.clock.now();
  const ask = (used: { energyKwh: string; amount: string }) =>
    parts.neighbours.authorizeOffline({
      identity,
      homeUtility,
      medium: request.medium,
      stationClass: station.record.document.stationClass,
      used,
    });
  let ruled = await ask({ energyKwh: '0', amount: '0' });
  if (ruled.decision === 'granted') {
    // only the mandate says whose window it is; one for the rest of it follows where some is used
    const used = await parts.store.offlineUse(ruled.mandate);
    if (used.energyMilliWh > 0n || used.minor > 0n) ruled = await ask(shown(ruled.mandate, used));
  }
  if (ruled.decision === 'refused') return refuse(ruled.reason, homeCalls, trace);
  const { mandate, agreedTariff } = ruled;
  return {
    outcome: 'granted',
    mandate,
    agreedTariff,
    authorizedBy: 'offlineRule',
    homeCalls,
    trace: [
      ...trace,
      {
        step: 'authorize',
        occurrence: mandate.document.mandateId,
        from: `${parts.utility}/aaa`,
        to: `${parts.utility}/profiles`,
        atMs: startedMs,
        durationMs: parts.clock.now() - startedMs,
        documentHash: mandate.documentHash,
      },
    ],
  };
}

function shown(
  { document }: SignedMandate,
  { energyMilliWh, minor }: Reservation,
): { energyKwh: string; amount: string } {
  const { currency } = document.moneyCap;
  return { energyKwh: formatEnergyKwh(energyMilliWh), amount: formatMoney({ currency, minor }) };
}

import type { noteCharge, RequestOf, SignedMandate } from '@roamgrid/contracts';
import { parseEnergyKwh, parseMoney, RoamgridError } from '@roamgrid/kernel';
import type { Clock, Verifier } from '@roamgrid/platform';
import type { ConsumerStore, HeardMandate, IssuedMandateStore } from '../ports.js';
import { inHomeCurrency } from './mandate-caps.js';

export interface NoteChargeParts {
  readonly utility: string;
  readonly consumers: ConsumerStore;
  readonly issued: IssuedMandateStore;
  readonly verifier: Verifier;
  readonly clock: Clock;
}

/**
 * What a charge may still use counts against its consumer's limits until it has ended, also where visited made
 * the mandate while we were silent.
 */
export function noteChargeWith(parts: NoteChargeParts) {
  return async (request: RequestOf<typeof noteCharge>): Promise<Record<string, never>> => {
    const { offlineMandate, ...charge } = request;
    const heard = offlineMandate === undefined ? null : await heardOf(parts, offlineMandate);
    await parts.issued.noteCharge(charge, parts.clock.now(), heard);
    return {};
  };
}

/** Null for one that stands on nothing we signed: it takes nothing of any limit, and its CDR is objected to. */
async function heardOf(
  { utility, consumers, verifier }: NoteChargeParts,
  signed: SignedMandate,
): Promise<HeardMandate | null> {
  const { homeUtility, visitedUtility, pseudonym, offline, ...mandate } = signed.document;
  if (offline === undefined || homeUtility !== utility) return null;
  const { entry } = offline;
  if (entry.document.pseudonym !== pseudonym) return null;
  try {
    await verifier.verify(signed, visitedUtility, 'profiles');
    await verifier.verify(entry, utility, 'profiles');
  } catch (error) {
    if (error instanceof RoamgridError && error.code === 'signature_invalid') return null;
    throw error;
  }
  const consumer = await consumers.byPseudonym(pseudonym, visitedUtility);
  if (consumer === null) return null;
  const { amount, currency } = mandate.moneyCap;
  return {
    consumerId: consumer.consumerId,
    energyCapMilliWh: parseEnergyKwh(mandate.energyCapKwh),
    homeCapMinor: inHomeCurrency(
      parseMoney(amount, currency).minor,
      mandate.retailTariff.document.fx,
    ),
    signed,
  };
}

import {
  cdrDocument,
  chargeRecord,
  loadInForce,
  type CdrDocument,
  type SignedAgreement,
} from '@roamgrid/contracts';
import { formatEnergyKwh, parseEnergyWh, type RoundingPolicy } from '@roamgrid/kernel';
import { z } from 'zod';
import type { WholesaleRating } from '../pricing/wholesale.js';
import type { RecordedCharge } from '../records.js';

/** What of a charge goes to home: the provider and its share stay here. */
const chargeFacts = z.object(
  chargeRecord.omit({ provider: true, providerSharePercentage: true, agreedTariffHash: true })
    .shape,
);

export interface CdrParts {
  readonly recorded: RecordedCharge;
  readonly agreement: SignedAgreement | null;
  readonly rating: WholesaleRating;
  readonly rounding: RoundingPolicy;
  readonly cdrId: string;
  readonly sequence: number;
  readonly salt: string;
  readonly issuedAt: string;
}

/** All energy of a session, from its periods; kWh as text. */
export function energyKwhOf(periods: readonly { readonly energyWh: string }[]): string {
  return formatEnergyKwh(periods.reduce((sum, { energyWh }) => sum + parseEnergyWh(energyWh), 0n));
}

/** Joins what was measured, what entitles to it and what it costs into the document that is signed. */
export function makeCdr(parts: CdrParts): CdrDocument {
  const { recorded, agreement, rating } = parts;
  const loadBands = loadInForce(recorded.agreedTariff.document, recorded.charge);
  return cdrDocument.parse({
    ...chargeFacts.parse(recorded.charge),
    ...rating.figures,
    type: 'cdr',
    schemaVersion: 1,
    cdrId: parts.cdrId,
    sequence: parts.sequence,
    salt: parts.salt,
    issuedAt: parts.issuedAt,
    agreementId: agreement?.document.agreementId ?? null,
    agreementHash: agreement?.documentHash ?? null,
    agreedTariff: recorded.agreedTariff,
    tariff: recorded.agreedTariff.document.tariff,
    rounding: parts.rounding,
    energyKwh: energyKwhOf(recorded.charge.periods),
    ...(loadBands === undefined ? {} : { loadBands }),
    settlement: rating.settlement,
  });
}

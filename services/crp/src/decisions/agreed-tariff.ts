import type {
  AgreedTariffDocument,
  AgreementTerms,
  CustomerClass,
  SignedAgreement,
  StationClass,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, type InstantMs } from '@roamgrid/kernel';
import { resolveSchedule, scheduleOf, type Judgement, type Schedule } from '@roamgrid/negotiation';
import type { TariffDocument } from '@roamgrid/tariff';

const MS_PER_HOUR = 3_600_000;

/** What a negotiation, or none, came to. */
export type Settlement = Pick<Judgement, 'outcome' | 'schedule'>;

/** The default of the agreement, where nothing was bargained. */
export function defaultSettlement(base: TariffDocument): Settlement {
  return { outcome: 'defaultApplied', schedule: scheduleOf(base) ?? [] };
}

/** The tariff to sign: a resolved schedule under an id of its own, or the default as it stands. */
export function resolvedTariff(
  settlement: Settlement,
  base: TariffDocument,
  identity: { readonly agreedTariffId: string; readonly notBefore: string },
): TariffDocument {
  const prices =
    settlement.outcome === 'agreed' ? resolveSchedule(settlement.schedule, base) : base;
  return { ...prices, id: identity.agreedTariffId, last_updated: identity.notBefore };
}

export interface AgreedTariffParts {
  readonly agreedTariffId: string;
  readonly negotiationId: string;
  readonly agreement: SignedAgreement;
  readonly terms: AgreementTerms;
  readonly customerClass: CustomerClass;
  readonly stationClass: StationClass;
  readonly settlement: Settlement;
  readonly base: TariffDocument;
  readonly notBeforeMs: InstantMs;
}

function bands(schedule: Schedule): AgreedTariffDocument['schedule'] {
  return schedule.map((band) => ({ ...band }));
}

/** When a tariff ends by itself; null where it does not. */
export function tariffEndMs(tariff: TariffDocument): InstantMs | null {
  return tariff.end_date_time === undefined ? null : parseInstant(tariff.end_date_time);
}

function earliest(instants: readonly (InstantMs | null)[]): InstantMs {
  return Math.min(...instants.filter((one) => one !== null));
}

/**
 * How long a kept tariff must hold to be used again: for a while yet, or, where what it stands on ends before,
 * until then, so that its last hour does not ask for a new one each time.
 */
export function neededUntil(
  nowMs: InstantMs,
  marginMs: number,
  ends: readonly (InstantMs | null)[],
): InstantMs {
  return Math.max(
    nowMs,
    earliest([nowMs + marginMs, ...ends.map((end) => (end === null ? null : end - 1))]),
  );
}

/** The object that both CRPs sign; it ends with the agreement and with the default tariff at the latest. */
export function agreedTariffDocumentOf(parts: AgreedTariffParts): AgreedTariffDocument {
  const { agreement, terms, settlement, notBeforeMs } = parts;
  const validityMs = terms.negotiation.agreedTariffValidityHours * MS_PER_HOUR;
  const notBefore = formatInstant(notBeforeMs);
  const notAfterMs = earliest([
    notBeforeMs + validityMs,
    parseInstant(agreement.document.notAfter),
    tariffEndMs(parts.base),
  ]);
  return {
    type: 'agreedTariff',
    schemaVersion: 1,
    agreedTariffId: parts.agreedTariffId,
    version: 1,
    agreementId: agreement.document.agreementId,
    agreementHash: agreement.documentHash,
    negotiationId: parts.negotiationId,
    outcome: settlement.outcome,
    homeUtility: terms.homeUtility,
    visitedUtility: terms.visitedUtility,
    customerClass: parts.customerClass,
    stationClass: parts.stationClass,
    notBefore,
    notAfter: formatInstant(notAfterMs),
    schedule: bands(settlement.schedule),
    tariff: resolvedTariff(settlement, parts.base, {
      agreedTariffId: parts.agreedTariffId,
      notBefore,
    }),
  };
}

const DOMESTIC_VALIDITY_MS = 24 * MS_PER_HOUR;

/** At home nobody bargains: the published tariff of the class, for a day. */
export function domesticTariffDocument(parts: {
  readonly agreedTariffId: string;
  readonly utility: string;
  readonly customerClass: CustomerClass;
  readonly stationClass: StationClass;
  readonly base: TariffDocument;
  readonly notBeforeMs: InstantMs;
}): AgreedTariffDocument {
  const { agreedTariffId, utility, base, notBeforeMs } = parts;
  return {
    type: 'agreedTariff',
    schemaVersion: 1,
    agreedTariffId,
    version: 1,
    agreementId: null,
    agreementHash: null,
    negotiationId: null,
    outcome: 'domestic',
    homeUtility: utility,
    visitedUtility: utility,
    customerClass: parts.customerClass,
    stationClass: parts.stationClass,
    notBefore: formatInstant(notBeforeMs),
    notAfter: formatInstant(earliest([notBeforeMs + DOMESTIC_VALIDITY_MS, tariffEndMs(base)])),
    schedule: bands(scheduleOf(base) ?? []),
    tariff: base,
  };
}

/** How long before its end a kept tariff is no longer used for new sessions. */
export function renewalMarginMs(terms: AgreementTerms): number {
  return Math.min(MS_PER_HOUR, (terms.negotiation.agreedTariffValidityHours * MS_PER_HOUR) / 2);
}

import type {
  AgreedTariffDocument,
  AgreementTerms,
  CustomerClass,
  SignedAgreement,
  SignedLoadSignal,
  StationClass,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, type InstantMs } from '@roamgrid/kernel';
import {
  resolveWithLoad,
  scheduleOf,
  type Judgement,
  type LoadSpan,
  type Schedule,
} from '@roamgrid/negotiation';
import type { TariffDocument } from '@roamgrid/tariff';

import { bandsWithin, loadSpansOf } from './load-spans.js';

const MS_PER_HOUR = 3_600_000;

/** What a negotiation, or none, came to. */
export type Settlement = Pick<Judgement, 'outcome' | 'schedule'>;

/** The default of the agreement, where nothing was bargained. */
export function defaultSettlement(base: TariffDocument): Settlement {
  return { outcome: 'defaultApplied', schedule: scheduleOf(base) ?? [] };
}

/** The tariff to sign: a resolved schedule under an id of its own, or the default as it stands. */
function resolvedTariff(
  settlement: Settlement,
  base: TariffDocument,
  identity: {
    readonly agreedTariffId: string;
    readonly notBefore: string;
    readonly spans: readonly LoadSpan[];
  },
): TariffDocument {
  const prices =
    settlement.outcome === 'agreed'
      ? resolveWithLoad(settlement.schedule, base, identity.spans)
      : base;
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
  /** of the visited utility, known when it is made */
  readonly loadSignals: readonly SignedLoadSignal[];
  /** the version before, of the same negotiation, whose schedule is resolved anew; null for the first */
  readonly previous: AgreedTariffDocument | null;
}

/** What of the signals falls into the tariff's time: cited, and as a tariff can say it. */
function loadWithin(
  signals: readonly SignedLoadSignal[],
  fromMs: InstantMs,
  toMs: InstantMs,
): { cited: Pick<AgreedTariffDocument, 'loadSignals' | 'loadBands'>; spans: LoadSpan[] } {
  const used = signals.filter(
    ({ document }) => parseInstant(document.from) < toMs && parseInstant(document.to) > fromMs,
  );
  if (used.length === 0) return { cited: {}, spans: [] };
  const bandsOf = (some: readonly SignedLoadSignal[]) => bandsWithin(some, fromMs, toMs);
  return {
    cited: { loadSignals: used.map(({ documentHash }) => documentHash), loadBands: bandsOf(used) },
    spans: used.flatMap((signal) => loadSpansOf(bandsOf([signal]), signal.document.timeZone)),
  };
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
  const { previous } = parts;
  const notAfterMs = earliest([
    previous === null ? notBeforeMs + validityMs : parseInstant(previous.notAfter),
    parseInstant(agreement.document.notAfter),
    tariffEndMs(parts.base),
  ]);
  const { cited, spans } = loadWithin(parts.loadSignals, notBeforeMs, notAfterMs);
  return {
    type: 'agreedTariff',
    schemaVersion: 1,
    agreedTariffId: parts.agreedTariffId,
    version: (previous?.version ?? 0) + 1,
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
    ...cited,
    tariff: resolvedTariff(settlement, parts.base, {
      agreedTariffId: parts.agreedTariffId,
      notBefore,
      spans,
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

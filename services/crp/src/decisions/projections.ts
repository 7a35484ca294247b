import type { SignedAgreedTariff, SignedLoadSignal } from '@roamgrid/contracts';
import { formatInstant, parseInstant, type InstantMs } from '@roamgrid/kernel';
import { agreementViewOf, availableActions } from './agreement-states.js';
import type {
  AgreementRecord,
  EndedNegotiation,
  Projection,
  RecordedMove,
  StoredPolicy,
  StoredTariff,
} from '../ports.js';

/** `tariff` view: one version, under `<tariffId>:<version>`. */
export function tariffProjection({ view, draftedAtMs }: StoredTariff): Projection {
  return {
    kind: 'tariff',
    id: `${view.tariffId}:${String(view.version)}`,
    sortAtMs: draftedAtMs,
    data: { ...view, draftedAt: formatInstant(draftedAtMs) },
  };
}

/** `policy` view: one version, under `<policyId>:<version>`; `reviewOverdue` once its date has passed in force. */
export function policyProjection(
  { view, draftedAtMs }: StoredPolicy,
  reviewOverdue = false,
): Projection {
  return {
    kind: 'policy',
    id: `${view.policyId}:${String(view.version)}`,
    sortAtMs: draftedAtMs,
    data: { ...view, draftedAt: formatInstant(draftedAtMs), reviewOverdue },
  };
}

/** `loadSignal` view: the signed document, and whether it is this utility's own. */
export function loadSignalProjection(
  signal: SignedLoadSignal,
  direction: 'issued' | 'received',
): Projection {
  return {
    kind: 'loadSignal',
    id: signal.document.loadSignalId,
    sortAtMs: parseInstant(signal.document.from),
    data: { ...signal, direction },
  };
}

/** `agreement` view: the version that holds, the others, and what this utility may do next. */
export function agreementProjection(
  record: AgreementRecord,
  utility: string,
  atMs: InstantMs,
): Projection {
  const view = agreementViewOf(record, atMs);
  return {
    kind: 'agreement',
    id: record.agreementId,
    sortAtMs: parseInstant(view.document.notBefore),
    data: { ...view, availableActions: availableActions(record, utility, atMs) },
  };
}

function offerView({ round, by, move, at }: RecordedMove): Record<string, unknown> {
  return { round, by, ...move, at };
}

/** `negotiation` view, the same at both utilities; a failed one has no agreed tariff. */
export function negotiationProjection(
  ended: Omit<EndedNegotiation, 'projection'>,
  agreedTariff: SignedAgreedTariff | null,
): Projection {
  const { negotiation, outcome, ending, endedAtMs } = ended;
  return {
    kind: 'negotiation',
    id: negotiation.negotiationId,
    sortAtMs: negotiation.startedAtMs,
    data: {
      negotiationId: negotiation.negotiationId,
      homeUtility: negotiation.homeUtility,
      visitedUtility: negotiation.visitedUtility,
      customerClass: negotiation.customerClass,
      stationClass: negotiation.stationClass,
      agreementHash: negotiation.agreementHash,
      rounds: negotiation.rounds,
      offers: negotiation.moves.map(offerView),
      outcome,
      ending,
      agreedTariff,
      startedAt: formatInstant(negotiation.startedAtMs),
      endedAt: formatInstant(endedAtMs),
    },
  };
}

export function endedNegotiation(
  ended: Omit<EndedNegotiation, 'projection'>,
  agreedTariff: SignedAgreedTariff | null,
): EndedNegotiation {
  return { ...ended, projection: negotiationProjection(ended, agreedTariff) };
}

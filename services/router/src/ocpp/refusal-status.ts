import type { RefusalReason } from '@roamgrid/contracts';
import type { OCPP16, OCPP20 } from 'typed-ocpp';

type Status201 = OCPP20.AuthorizeResponse['idTokenInfo']['status'];
type Status16 = OCPP16.AuthorizeResponse['idTagInfo']['status'];

const STATUS_201: Readonly<Record<RefusalReason, Status201>> = {
  cin_malformed: 'Invalid',
  home_unknown: 'Unknown',
  home_unreachable: 'Invalid',
  no_agreement: 'NotAtThisLocation',
  credential_rejected: 'Invalid',
  consumer_blocked: 'Blocked',
  credit_exhausted: 'NoCredit',
  concurrent_session: 'ConcurrentTx',
  connector_occupied: 'ConcurrentTx',
  tariff_unavailable: 'NotAtThisLocation',
  negotiation_failed: 'NotAtThisLocation',
};

const STATUS_16: Readonly<Record<RefusalReason, Status16>> = {
  cin_malformed: 'Invalid',
  home_unknown: 'Invalid',
  home_unreachable: 'Invalid',
  no_agreement: 'Invalid',
  credential_rejected: 'Invalid',
  consumer_blocked: 'Blocked',
  credit_exhausted: 'Blocked',
  concurrent_session: 'ConcurrentTx',
  connector_occupied: 'ConcurrentTx',
  tariff_unavailable: 'Invalid',
  negotiation_failed: 'Invalid',
};

/** OCPP 2.0.1's word for a refusal; `Accepted` where there is none. */
export function status201(reason: RefusalReason | null): Status201 {
  return reason === null ? 'Accepted' : STATUS_201[reason];
}

/** OCPP 1.6's word for a refusal; `Accepted` where there is none. */
export function status16(reason: RefusalReason | null): Status16 {
  return reason === null ? 'Accepted' : STATUS_16[reason];
}

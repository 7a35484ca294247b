import type { Medium } from '@roamgrid/contracts';
import type { Registry } from '@roamgrid/platform';
import type { OCPP20 } from 'typed-ocpp';
import type { Exact } from '../../exact/exact-json.js';
import { readContractId, readToken, type SwipeIdentity } from '../../identity/read-identity.js';

export type IdToken = Exact<OCPP20.AuthorizeRequest['idToken']>;

/** Who an idToken names. */
export function identityOfToken(token: IdToken, registry: Registry): SwipeIdentity {
  switch (token.type) {
    case 'eMAID':
      return readContractId(token.idToken, registry);
    case 'NoAuthorization':
    case 'MacAddress':
      // neither names a consumer of any utility
      return { outcome: 'malformed' };
    case 'Central':
    case 'ISO14443':
    case 'ISO15693':
    case 'KeyCode':
    case 'Local':
      return readToken(token.idToken, registry);
  }
}

/** How the driver showed it. */
export function mediumOfToken(token: IdToken): Medium {
  if (token.type === 'KeyCode') return 'dial';
  return token.type === 'eMAID' ? 'plugAndCharge' : 'rfid';
}

/** The PIN typed beside a CIN. */
export function pinOfToken(token: IdToken): string | null {
  const info = token.additionalInfo?.find((entry) => entry.type.toUpperCase() === 'PIN');
  return info === undefined || info.additionalIdToken === '' ? null : info.additionalIdToken;
}

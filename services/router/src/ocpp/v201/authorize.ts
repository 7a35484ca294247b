import type { OCPP20 } from 'typed-ocpp';
import { swipeAtStation } from '../../use-cases/swipe-at-station.js';
import { priceText } from '../price-text.js';
import { status201 } from '../refusal-status.js';
import { keepRefused, payloadOf, type Answer, type StationCall } from '../station-call.js';
import { chargingPriority } from './charging-priority.js';
import { identityOfToken, mediumOfToken, pinOfToken } from './token.js';

const LONGEST_TEXT = 512;

/** A text for the driver's display. */
export function displayText(content: string): { format: 'UTF8'; content: string } {
  return { format: 'UTF8', content: content.slice(0, LONGEST_TEXT) };
}

/** The frame is kept, nobody is asked. */
async function refuseUnasked(call: StationCall, code: string, message: string): Promise<Answer> {
  await keepRefused(call, code);
  const personalMessage = displayText(message);
  return { payload: { idTokenInfo: { status: 'Invalid', personalMessage } } };
}

/** A swipe over OCPP 2.0.1: the quote is text on the station's display. */
export async function authorize(call: StationCall): Promise<Answer> {
  const { idToken } = payloadOf<OCPP20.AuthorizeRequest>(call);
  const pin = pinOfToken(idToken);
  if (pin !== null && !call.linkIsPrivate) {
    const message = 'A PIN is taken over an encrypted connection only.';
    return refuseUnasked(call, 'pin_unencrypted', message);
  }
  if (call.context.probes.isSlowedDown(call.station.stationId)) {
    return refuseUnasked(call, 'too_many_requests', 'Please wait and try again.');
  }
  const reply = await swipeAtStation(call.context, {
    station: call.station,
    connectorId: null,
    identity: identityOfToken(idToken, call.context.registry),
    medium: mediumOfToken(idToken),
    pin,
    linkIsPrivate: call.linkIsPrivate,
    requestedEnergyKwh: null,
    idempotencyKey: null,
    wire: call.wire,
  });
  const content = reply.quote === null ? reply.message : priceText(reply.quote.document);
  return {
    payload: {
      idTokenInfo: {
        status: status201(reply.decision === 'quoted' ? null : (reply.reason ?? 'no_agreement')),
        personalMessage: displayText(content),
        ...chargingPriority(reply.quote?.document.chargingPriority?.priority),
      },
    },
  };
}

import type { OCPP20 } from 'typed-ocpp';
import { recordFrame } from '@roamgrid/contracts';
import { swipeAtStation } from '../../use-cases/swipe-at-station.js';
import { priceText } from '../price-text.js';
import { status201 } from '../refusal-status.js';
import { payloadOf, type Answer, type StationCall } from '../station-call.js';
import { identityOfToken, mediumOfToken, pinOfToken } from './token.js';

const LONGEST_TEXT = 512;

/** A text for the driver's display. */
export function displayText(content: string): { format: 'UTF8'; content: string } {
  return { format: 'UTF8', content: content.slice(0, LONGEST_TEXT) };
}

/** A PIN in the clear is not looked at; the frame is kept, without it. */
async function refuseOpenPin(call: StationCall): Promise<Answer> {
  await call.context.bus.request(recordFrame, call.station.utility, {
    stationId: call.station.stationId,
    direction: 'in',
    wire: call.wire,
    refusal: { code: 'pin_unencrypted', billing: false },
    effect: null,
  });
  const personalMessage = displayText('A PIN is taken over an encrypted connection only.');
  return { payload: { idTokenInfo: { status: 'Invalid', personalMessage } } };
}

/** A swipe over OCPP 2.0.1: the quote is text on the station's display. */
export async function authorize(call: StationCall): Promise<Answer> {
  const { idToken } = payloadOf<OCPP20.AuthorizeRequest>(call);
  const pin = pinOfToken(idToken);
  if (pin !== null && !call.linkIsPrivate) return refuseOpenPin(call);
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
      },
    },
  };
}

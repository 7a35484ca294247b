import type { OCPP16 } from 'typed-ocpp';
import { readToken } from '../../identity/read-identity.js';
import { swipeAtStation } from '../../use-cases/swipe-at-station.js';
import { priceText } from '../price-text.js';
import { status16 } from '../refusal-status.js';
import { keepRefused, payloadOf, type Answer, type StationCall } from '../station-call.js';
import { sendUserPrice } from './cost-messages.js';

/** A swipe over OCPP 1.6: the quote is shown where the station knows the cost messages. */
export async function authorize(call: StationCall): Promise<Answer> {
  const { idTag } = payloadOf<OCPP16.AuthorizeRequest>(call);
  const { memory } = call;
  if (call.context.probes.isSlowedDown(call.station.stationId)) {
    await keepRefused(call, 'too_many_requests');
    return { payload: { idTagInfo: { status: 'Invalid' } } };
  }
  const reply = await swipeAtStation(call.context, {
    station: call.station,
    connectorId: null,
    identity: readToken(idTag, call.context.registry),
    medium: 'rfid',
    pin: null,
    linkIsPrivate: call.linkIsPrivate,
    requestedEnergyKwh: null,
    idempotencyKey: null,
    wire: call.wire,
  });
  const reason = reply.decision === 'quoted' ? null : (reply.reason ?? 'no_agreement');
  const { quote } = reply;
  memory.shownPrices.delete(idTag);
  return {
    payload: { idTagInfo: { status: status16(reason) } },
    afterwards: (link) => {
      if (quote === null || memory.knowsCostMessages !== true) return;
      void sendUserPrice(link, idTag, priceText(quote.document)).then((wasTaken) => {
        if (wasTaken) memory.shownPrices.add(idTag);
      });
    },
  };
}

import {
  answerOffer,
  cosignAgreedTariff,
  cosignAgreement,
  readPublishedTariff,
  receiveProposal,
} from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import type { PartnerCrp } from '../ports.js';

const COSIGN_TIMEOUT_MS = 4_000;

export function busPartnerCrp(bus: Bus): PartnerCrp {
  return {
    async answerOffer(homeUtility, request, timeoutMs) {
      const { move } = await bus.request(answerOffer, homeUtility, request, { timeoutMs });
      return move;
    },
    async cosignAgreedTariff(homeUtility, request) {
      const { signature } = await bus.request(cosignAgreedTariff, homeUtility, request, {
        timeoutMs: COSIGN_TIMEOUT_MS,
      });
      return signature;
    },
    async receiveProposal(partner, request) {
      await bus.request(receiveProposal, partner, request);
    },
    async cosignAgreement(partner, request) {
      await bus.request(cosignAgreement, partner, request);
    },
    async readPublishedTariff(partner, hash) {
      const { tariff } = await bus.request(readPublishedTariff, partner, { hash });
      return tariff;
    },
  };
}

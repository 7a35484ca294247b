import type { NegotiationEnding } from '@roamgrid/contracts';
import type { RoamgridError } from '@roamgrid/kernel';
import type { RecordedMove } from '../ports.js';

const DETAIL_LENGTH = 400;

/** What the moves themselves say of the end. */
export function endingOf(moves: readonly RecordedMove[]): NegotiationEnding {
  const last = moves.at(-1);
  if (last === undefined) return { cause: 'nothingToBargain', by: null, detail: '' };
  switch (last.move.move) {
    case 'accept':
      return { cause: 'accepted', by: last.by, detail: '' };
    case 'walkAway':
      return { cause: 'walkedAway', by: last.by, detail: last.move.reason };
    case 'offer':
      return { cause: 'roundsUsedUp', by: null, detail: '' };
  }
}

/** What home failed with where it was asked for an answer or a signature. */
export function endingByHome(
  error: RoamgridError,
  cause: NegotiationEnding['cause'] = causeOf(error),
): NegotiationEnding {
  return { cause, by: 'home', detail: error.message.slice(0, DETAIL_LENGTH) };
}

function causeOf({ code }: RoamgridError): NegotiationEnding['cause'] {
  if (code === 'peer_unreachable') return 'silent';
  return code === 'signature_invalid' ? 'signatureInvalid' : 'refused';
}

import {
  swipe,
  type Assurance,
  type Medium,
  type ReplyOf,
  type SessionKind,
  type WireFrame,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { encryptPin } from '@roamgrid/platform';
import type { SwipeIdentity } from '../identity/read-identity.js';
import type { RouterParts } from '../router.context.js';
import type { AuthenticatedStation } from '../stations/station-directory.js';

export interface SwipeInput {
  readonly station: AuthenticatedStation;
  readonly connectorId: number | null;
  readonly identity: SwipeIdentity;
  readonly medium: Medium;
  readonly kind?: SessionKind | undefined;
  readonly pin: string | null;
  /** over TLS, or a link that does not leave the machine */
  readonly linkIsPrivate: boolean;
  readonly requestedEnergyKwh: string | null;
  readonly idempotencyKey: string | null;
  readonly wire: WireFrame;
}

/** Home may be far away and two price engines may have to agree first. */
const TIMEOUT_MS = 25_000;

const SHOWS_POSSESSION: ReadonlySet<Medium> = new Set(['app', 'plugAndCharge', 'chip']);

/** How much a medium proves: a number alone is a claim. */
function assuranceOf(medium: Medium, pin: string | null): Assurance {
  if (pin !== null) return 'knowledge';
  return SHOWS_POSSESSION.has(medium) ? 'possession' : 'claimed';
}

/** The PIN as home alone can read it; null where there is none, or nobody to read it. */
async function sealPin(context: RouterParts, input: SwipeInput): Promise<string | null> {
  if (input.pin === null) return null;
  if (!input.linkIsPrivate) {
    throw new RoamgridError('forbidden', 'a PIN is taken over an encrypted link only');
  }
  if (input.identity.outcome !== 'read' || input.identity.homeUtility === null) return null;
  return encryptPin(input.pin, context.registry, input.identity.homeUtility);
}

/**
 * Passes a swipe to the visited utility's aaa under a session id minted here.
 * @throws RoamgridError `forbidden` for a PIN in the clear, `too_many_requests`, `idempotency_conflict`,
 *   `peer_unreachable`
 */
export async function swipeAtStation(
  context: RouterParts,
  input: SwipeInput,
): Promise<ReplyOf<typeof swipe>> {
  const { stationId, utility } = input.station;
  context.probes.assertMayTry(stationId);
  const pin = await sealPin(context, input);
  const reply = await context.bus.request(
    swipe,
    utility,
    {
      sessionId: context.ids.uuid(),
      stationId,
      connectorId: input.connectorId,
      identity: input.identity,
      medium: input.medium,
      ...(input.kind === undefined ? {} : { kind: input.kind }),
      assurance: assuranceOf(input.medium, input.pin),
      pin,
      requestedEnergyKwh: input.requestedEnergyKwh,
      idempotencyKey: input.idempotencyKey,
      wire: input.wire,
    },
    { timeoutMs: TIMEOUT_MS },
  );
  if (context.probes.note(stationId, reply.reason)) {
    context.log.warn(
      { stationId },
      'a station tries one number after the other and is slowed down',
    );
  }
  return reply;
}

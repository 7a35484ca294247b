import type { authenticateConsumer, Medium, ReplyOf, RequestOf } from '@roamgrid/contracts';
import type { Clock } from '@roamgrid/platform';
import { isServed, type Consumer, type ConsumerStore, type PinGate } from '../ports.js';
import { pinFits } from './pin-hash.js';

type Request = RequestOf<typeof authenticateConsumer>;
type Reply = ReplyOf<typeof authenticateConsumer>;

/** Media that prove nothing but the number itself: they need the PIN (INTERFACE §4). */
const MEDIA_THAT_NEED_A_PIN: readonly Medium[] = ['dial', 'ocr', 'voice'];

export interface AuthenticateConsumerParts {
  readonly utility: string;
  readonly consumers: ConsumerStore;
  readonly pinGate: PinGate;
  /** opens a PIN that was encrypted to this utility; null when it was not */
  readonly decryptPin: (token: string) => Promise<string | null>;
  readonly clock: Clock;
}

const refused = (reason: Extract<Reply, { decision: 'refused' }>['reason']): Reply => ({
  decision: 'refused',
  reason,
});

/** Who is this, is it them, may they charge? An unknown consumer and a wrong PIN read alike. */
export function authenticateConsumerWith(parts: AuthenticateConsumerParts) {
  return async (request: Request): Promise<Reply> => {
    const consumer = await parts.consumers.find(request.identity);
    if (!(await credentialsFit(parts, request, consumer)) || consumer === null) {
      return refused('credential_rejected');
    }
    if (!isServed(consumer) || consumer.isCredentialBlocked) return refused('consumer_blocked');
    const isRoaming = request.visitedUtility !== parts.utility;
    if (isRoaming && consumer.settings.roaming === false) return refused('no_agreement');
    return {
      decision: 'accepted',
      consumerId: consumer.consumerId,
      pseudonym: await parts.consumers.pseudonymFor(consumer.consumerId, request.visitedUtility),
      customerClass: consumer.settings.customerClass,
      assurance: request.pin === null ? request.assurance : 'knowledge',
      maxConcurrentSessions: consumer.settings.maxConcurrentSessions,
    };
  };
}

async function credentialsFit(
  parts: AuthenticateConsumerParts,
  request: Request,
  consumer: Consumer | null,
): Promise<boolean> {
  if (request.pin === null) return !MEDIA_THAT_NEED_A_PIN.includes(request.medium);
  const place = `${request.identity.kind}:${request.identity.value}@${request.stationId}`;
  if (!(await parts.pinGate.claimTry(place, parts.clock.now()))) return false;
  const pin = await parts.decryptPin(request.pin);
  const fits = await pinFits(pin ?? '', consumer?.pinHash ?? null);
  if (pin === null || !fits) return false;
  await parts.pinGate.clear(place);
  return true;
}

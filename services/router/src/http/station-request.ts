import type { FastifyRequest } from 'fastify';
import type { AuthenticatedStation } from '../stations/station-directory.js';

/** A request that has passed the station gate. */
export interface StationRequest extends FastifyRequest {
  station: AuthenticatedStation;
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** Encrypted, or not leaving this machine. */
export function isPrivateLink(address: string | undefined, isEncrypted: boolean): boolean {
  return isEncrypted || LOOPBACK.test(address ?? '');
}

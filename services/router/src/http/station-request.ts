import type { FastifyRequest } from 'fastify';
import { originOf, type RequestOrigin } from '../stations/request-origin.js';
import type { AuthenticatedStation } from '../stations/station-directory.js';

/** A request that has passed the station gate. */
export interface StationRequest extends FastifyRequest {
  station: AuthenticatedStation;
}

export function originOfRequest(request: FastifyRequest): RequestOrigin {
  return originOf({
    remoteAddress: request.socket.remoteAddress,
    isEncrypted: request.protocol === 'https',
    headers: request.headers,
  });
}

import type { WireFrame } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';

/** A step that is refused leaves its frame in the wire log all the same; then the error goes out. */
export function keepingRefusedFrames<Request extends { stationId: string; wire: WireFrame }, Reply>(
  parts: AaaParts,
  useCase: (request: Request) => Promise<Reply>,
) {
  return async (request: Request): Promise<Reply> => {
    try {
      return await useCase(request);
    } catch (error) {
      if (error instanceof RoamgridError && error.code !== 'internal') {
        await parts.events.append({
          stationId: request.stationId,
          direction: 'in',
          wire: request.wire,
          refusal: error.code,
        });
      }
      throw error;
    }
  };
}

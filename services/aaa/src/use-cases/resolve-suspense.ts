import type { ReplyOf, resolveSuspense } from '@roamgrid/contracts';
import type { AaaParts } from '../aaa-parts.js';
import { billSuspense } from './suspense/bill-suspense.js';
import { creditSuspense } from './suspense/credit-suspense.js';
import type { Resolution } from './suspense/open-item.js';
import { writeOffSuspense } from './suspense/write-off-suspense.js';

type Resolved = ReplyOf<typeof resolveSuspense>;

/** Staff ends an item of suspense; nothing else does, and whoever ended it signs with this utility's key. */
export function resolveSuspenseWith(parts: AaaParts) {
  return async (request: Resolution): Promise<Resolved> => {
    const { suspenseId } = request;
    switch (request.resolution) {
      case 'written_off':
        await writeOffSuspense(parts, request);
        return { suspenseId, state: 'written_off' };
      case 'bill':
        await billSuspense(parts, request);
        return { suspenseId, state: 'billed' };
      case 'credit':
        await creditSuspense(parts, request);
        return { suspenseId, state: 'credited' };
    }
  };
}

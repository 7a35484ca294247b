import type { SignedCdr } from '@roamgrid/contracts';
import { bookProviderShare, bookReceivable } from '../../journal/entries.js';
import { wholesaleAmountsOf } from '../../journal/wholesale-amounts.js';
import type { Books, Consumer, Ports } from '../../ports.js';
import type { CdrOrigin, CdrRole } from '../../records.js';
import { decideRetail, deliverRetail } from '../deliver-retail.js';

/** A CDR that visited made in the place of another one, with all that is booked for it. */
export async function bookNewCdr(
  ports: Ports,
  books: Books,
  made: {
    readonly cdr: SignedCdr;
    readonly role: CdrRole;
    readonly origin: CdrOrigin | null;
    /** whose charge it is, where both utilities are this one */
    readonly consumer: Consumer | null;
  },
): Promise<void> {
  const { cdr, role, origin, consumer } = made;
  const { document } = cdr;
  const isDomestic = role === 'domestic';
  await books.cdrs.add({ cdr, role, state: isDomestic ? 'accepted' : 'open' }, origin);
  if (origin !== null) {
    await books.journal.book(
      bookProviderShare({
        cdrId: document.cdrId,
        provider: origin.provider,
        currency: document.currency,
        shareMinor: origin.providerShareMinor,
      }),
    );
  }
  if (isDomestic) await deliverRetail(ports, books, document, decideRetail(document, consumer));
  else await books.journal.book(bookReceivable(wholesaleAmountsOf(document, document.homeUtility)));
}

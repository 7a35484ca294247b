import type { FeedOutcome, FeedRecord } from '../../feed/ports.js';
import { bookFeed } from '../../journal/feed-entries.js';
import type { Books, Ports } from '../../ports.js';
import { republishCdrs } from '../../publishing/publish-cdr.js';
import { publishBill } from '../../publishing/publish-bill.js';

const FIRST_PAUSE_MS = 1_000;
const GREATEST_PAUSE_MS = 300_000;
const REFUSED_PAUSE_MS = 3_600_000;
const DOUBLINGS = 9;
const DETAIL_CHARACTERS = 300;
const BATCH = 20;

type Attempt = FeedOutcome | { readonly outcome: 'unknown'; readonly reason: string };

/** Delivers what is due to the customer billing system; what is not acknowledged is delivered again. */
export async function deliverFeed(ports: Ports): Promise<void> {
  const due = await ports.work.run((books) => books.feed.due(ports.clock.now(), BATCH));
  for (const entry of due) {
    const attempt = await deliver(ports, entry);
    await ports.work.run((books) => keep(ports, books, entry.key, attempt));
    // it is away: the others would wait for the same
    if (attempt.outcome === 'unknown') return;
  }
}

async function deliver(ports: Ports, entry: FeedRecord): Promise<Attempt> {
  try {
    return await ports.customerBilling.deliver(entry);
  } catch (error) {
    return { outcome: 'unknown', reason: String(error).slice(0, DETAIL_CHARACTERS) };
  }
}

async function keep(ports: Ports, books: Books, key: string, attempt: Attempt): Promise<void> {
  const entry = await books.feed.find(key);
  if (entry === null || entry.state === 'delivered') return;
  const through = ports.customerBilling.name;
  const nowMs = ports.clock.now();
  if (attempt.outcome === 'acknowledged') {
    const { reference } = attempt;
    await books.feed.conclude(key, { state: 'delivered', through, reference, detail: null }, nowMs);
    await books.journal.book(bookFeed(entry));
  } else {
    const state = attempt.outcome === 'refused' ? 'refused' : entry.state;
    const pauseMs = Math.min(
      FIRST_PAUSE_MS * 2 ** Math.min(entry.attempts, DOUBLINGS),
      GREATEST_PAUSE_MS,
    );
    const outcome = { state, through, reference: null, detail: attempt.reason };
    const waitMs = attempt.outcome === 'refused' ? REFUSED_PAUSE_MS : pauseMs;
    await books.feed.conclude(key, outcome, nowMs + waitMs);
  }
  if (entry.billId !== null) await publishBill(ports, books, entry.billId);
  if (entry.cdrId !== null) await republishCdrs(books, ports.utility, [entry.cdrId]);
}

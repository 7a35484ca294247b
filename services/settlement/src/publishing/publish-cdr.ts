import type { SignedCdrCredit } from '@roamgrid/contracts';
import { formatMoney, parseMoney } from '@roamgrid/kernel';
import type { FeedRecord } from '../feed/ports.js';
import type { Books } from '../ports.js';
import {
  isOver,
  type CdrDocument,
  type CdrRecord,
  type CdrState,
  type RetailCharge,
} from '../records.js';
import { feedView } from './feed-view.js';
import { publishView } from './project.js';

function retailView(charge: RetailCharge): Record<string, unknown> {
  const { session } = charge;
  return {
    currency: session.currency,
    lines: session.lines,
    taxes: session.taxes,
    totalExclTax: session.totalExclTax,
    tax: session.tax,
    totalInclTax: session.visitedTotalInclTax,
    ...(session.driverContract === undefined ? {} : { driverContract: session.driverContract }),
    home: {
      currency: charge.currency,
      totalInclTax: session.totalInclTax,
      conversion: session.conversion,
    },
  };
}

/** Home never saw the station: its view of a roaming session is fed from the CDR. */
function sessionFacts(cdr: CdrDocument, cinMasked: string | null): Record<string, unknown> {
  const { document: agreed, documentHash: agreedHash } = cdr.agreedTariff;
  const { at, channel, quoteHash } = cdr.consent.document;
  return {
    stationId: cdr.stationId,
    connectorId: cdr.connectorId,
    homeUtility: cdr.homeUtility,
    visitedUtility: cdr.visitedUtility,
    authorizedBy: cdr.authorizedBy,
    agreedTariff: { id: agreed.agreedTariffId, version: agreed.version, hash: agreedHash },
    quote: cdr.quote,
    consent: { at, channel, quoteHash },
    meter: { startWh: cdr.meter.startWh, stopWh: cdr.meter.stopWh },
    energyKwh: cdr.energyKwh,
    flags: cdr.flags,
    startAt: cdr.startAt,
    endAt: cdr.endAt,
    ...(cinMasked === null ? {} : { cinMasked }),
  };
}

/** How the wholesale amount without tax is split; only its maker knows the provider's share. */
function sharesView({ cdr, providerShare }: CdrRecord): Record<string, unknown> {
  if (providerShare === null) return {};
  const { currency, settlement } = cdr.document;
  const { provider, minor } = providerShare;
  const { minor: commission } = parseMoney(settlement.commission, currency);
  const { minor: base } = parseMoney(settlement.base, currency);
  const shown = (amountMinor: bigint): string => formatMoney({ currency, minor: amountMinor });
  return {
    shares: {
      provider,
      commission: shown(commission),
      providerShare: shown(minor),
      own: shown(base - commission - minor),
    },
  };
}

function sessionStateOf(state: CdrState): 'held' | 'rated' | 'written_off' {
  if (state === 'held') return 'held';
  return isOver(state) ? 'written_off' : 'rated';
}

/** What may be done to a CDR next, by whoever's record it is here; on an invoice it is disputed there. */
function availableActions({ role, state, invoiceId }: CdrRecord): string[] {
  if (invoiceId !== null || isOver(state)) return [];
  const asHome = state === 'held' ? ['accept'] : ['object'];
  const asVisited = state === 'held' && role === 'visited' ? ['credit', 'writeOff'] : ['credit'];
  if (role === 'domestic') return [...asHome, ...asVisited];
  return role === 'home' ? asHome : asVisited;
}

/** What stands beside a CDR later than the record itself. */
interface CdrAside {
  /** how far the charge has come to this utility's customer billing; empty while nothing was tried */
  readonly feed: readonly FeedRecord[];
  /** by which it was taken back */
  readonly credit: SignedCdrCredit | null;
}

const NOTHING_ASIDE: CdrAside = { feed: [], credit: null };

/**
 * Publishes a CDR and what settlement knows of its session.
 *
 * @param charge the driver's side, where this utility is the driver's home
 */
export function publishCdr(
  books: Books,
  utility: string,
  record: CdrRecord,
  charge: RetailCharge | null,
  aside: CdrAside = NOTHING_ASIDE,
): void {
  const { cdr, role, state, invoiceId } = record;
  const { document, documentHash, signature } = cdr;
  const billId = charge?.billId ?? null;
  publishView(books, utility, {
    kind: 'cdr',
    id: document.cdrId,
    sortAt: document.endAt,
    data: {
      document,
      documentHash,
      signature,
      state,
      role,
      availableActions: availableActions(record),
      invoiceId,
      billId,
      ...sharesView(record),
      ...(charge === null ? {} : { retail: retailView(charge), feed: aside.feed.map(feedView) }),
      ...(aside.credit === null ? {} : { credit: aside.credit }),
    },
  });
  // the CDR that stands in its place speaks for the session
  if (state === 'credited') return;
  publishView(books, utility, {
    kind: 'session',
    id: document.sessionId,
    sortAt: document.quote.document.issuedAt,
    data: {
      cdrId: document.cdrId,
      invoiceId,
      billId,
      state: sessionStateOf(state),
      ...(role === 'home' ? sessionFacts(document, charge?.cinMasked ?? null) : {}),
    },
  });
}

/** Publishes CDRs again, as they stand in the books now. */
export async function republishCdrs(
  books: Books,
  utility: string,
  cdrIds: readonly string[],
): Promise<void> {
  const charges = new Map(
    (await books.bills.findCharges(cdrIds)).map((charge) => [charge.cdrId, charge]),
  );
  for (const record of await books.cdrs.findMany(cdrIds)) {
    const { cdrId } = record.cdr.document;
    const charge = charges.get(cdrId) ?? null;
    publishCdr(books, utility, record, charge, {
      feed: charge === null ? [] : await books.feed.ofCharge(cdrId),
      credit: record.state === 'credited' ? await books.corrections.findCredit(cdrId) : null,
    });
  }
}

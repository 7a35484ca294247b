import type {
  readStationSession,
  recordTransactionEvent,
  ReplyOf,
  SignedQuote,
  swipe,
} from '@roamgrid/contracts';

/** The members that say something: what is null has no meaning to a station. */
function withoutNulls<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null && value !== undefined),
  ) as Partial<T>;
}

function quoteView({ document, documentHash }: SignedQuote): object {
  const { estimateHome } = document;
  return withoutNulls({
    quoteId: document.quoteId,
    hash: documentHash,
    currency: document.currency,
    tariff: document.tariff,
    pricePerKwh: document.pricePerKwh,
    tier: document.tier,
    tierDiscountPercent: document.tierDiscountPercentage,
    estimate: document.estimate,
    estimateHome:
      estimateHome === null
        ? null
        : {
            currency: estimateHome.currency,
            totalInclTax: estimateHome.totalInclTax,
            rate: estimateHome.fx.rate,
            source: estimateHome.fx.source,
            at: estimateHome.fx.at,
          },
    validUntil: document.validUntil,
  });
}

/** INTERFACE §4, `POST /swipes`. */
export function swipeView(reply: ReplyOf<typeof swipe>): object {
  return withoutNulls({
    sessionId: reply.sessionId,
    decision: reply.decision,
    reason: reply.decision === 'refused' ? reply.reason : null,
    message: reply.message,
    authorizedBy: reply.authorizedBy,
    homeUtility: reply.homeUtility,
    visitedUtility: reply.visitedUtility,
    quote: reply.quote === null ? null : quoteView(reply.quote),
  });
}

type EventReply = ReplyOf<typeof recordTransactionEvent>;

export function startView(reply: EventReply): object {
  return { state: reply.state };
}

export function meterValuesView(reply: EventReply): object {
  return withoutNulls({
    state: reply.state,
    energyKwh: reply.energyKwh,
    runningCost: reply.runningCost,
    stop: reply.stop,
  });
}

function billView(bill: NonNullable<EventReply['bill']>): object {
  const { currency, lines, totalExclTax, tax, totalInclTax } = bill;
  return {
    currency,
    lines: lines.map((line) =>
      withoutNulls({
        description: line.description,
        component: line.component,
        quantity: line.quantity,
        unit: line.unit,
        unitPrice: line.unitPrice,
        amount: line.amount,
        quantitySeconds: line['quantitySeconds'],
      }),
    ),
    totalExclTax,
    tax,
    totalInclTax,
  };
}

const ZERO = /^-?0+(\.0+)?$/;

export function stopView(reply: EventReply): object {
  const unbilled = reply.bill?.unbilledEnergyKwh ?? null;
  return withoutNulls({
    state: reply.state,
    message: reply.message,
    bill: reply.bill === null ? null : billView(reply.bill),
    unbilledEnergyKwh: unbilled === null || ZERO.test(unbilled) ? null : unbilled,
  });
}

export function sessionView(reply: ReplyOf<typeof readStationSession>): object {
  return withoutNulls(reply);
}

import { z } from 'zod';

/** The gateway's answers, as far as the story needs them; everything else passes through unread. */

const signed = <Document extends z.ZodType>(document: Document) => ({
  document,
  documentHash: z.string(),
});

export const sessionAnswer = z.looseObject({
  sessionId: z.string(),
  state: z.string(),
  stationId: z.string().nullable(),
  connectorId: z.number().nullable(),
  cinMasked: z.string().nullable(),
  homeUtility: z.string().nullable(),
  visitedUtility: z.string().nullable(),
  authorizedBy: z.string().nullable(),
  homeCalls: z.number().nullable(),
  startAt: z.string().nullish(),
  endAt: z.string().nullish(),
  transactionId: z.string().nullish(),
  message: z.string().nullish(),
  reason: z.string().nullish(),
  negotiationId: z.string().nullable(),
  quote: z
    .looseObject({ document: z.looseObject({ pricePerKwh: z.string().optional() }).optional() })
    .nullable(),
  consent: z.looseObject({ channel: z.string() }).nullable(),
  meter: z.looseObject({ stopWh: z.string().nullable() }).nullable(),
  cdrId: z.string().nullable(),
  invoiceId: z.string().nullable(),
  billId: z.string().nullable(),
});
export type SessionAnswer = z.infer<typeof sessionAnswer>;

export const sessionPage = z.looseObject({
  items: z.array(sessionAnswer),
  nextCursor: z.string().nullable(),
});

export const stationAnswer = z.looseObject({
  ...signed(
    z.looseObject({
      stationId: z.string(),
      provider: z.string(),
      place: z.string(),
      timeZone: z.string(),
      evses: z
        .array(
          z.looseObject({ connectorId: z.number(), powerW: z.string(), currentType: z.string() }),
        )
        .min(1),
    }),
  ),
});
export type StationAnswer = z.infer<typeof stationAnswer>;

export const negotiationAnswer = z.looseObject({
  outcome: z.string(),
  offers: z.array(z.unknown()).optional(),
});

const totals = { totalExclTax: z.string(), tax: z.string(), totalInclTax: z.string() };
const line = z.looseObject({
  description: z.string(),
  quantity: z.string(),
  unit: z.string(),
  unitPrice: z.string(),
  amount: z.string(),
});

export const cdrAnswer = z.looseObject({
  cdrId: z.string(),
  state: z.string(),
  ...signed(
    z.looseObject({ energyKwh: z.string(), currency: z.string(), lines: z.array(line), ...totals }),
  ),
});
export type CdrAnswer = z.infer<typeof cdrAnswer>;

export const invoiceAnswer = z.looseObject({
  invoiceId: z.string(),
  state: z.string(),
  ...signed(
    z.looseObject({
      number: z.string(),
      currency: z.string(),
      lineCount: z.number(),
      payable: z.string(),
      ...totals,
    }),
  ),
  ledger: z.looseObject({
    state: z.string(),
    businessKey: z.string(),
    txId: z.string().optional(),
    blockNumber: z.string().optional(),
  }),
});
export type InvoiceAnswer = z.infer<typeof invoiceAnswer>;

const invoiceLine = z.looseObject({ cdrId: z.string(), energyKwh: z.string(), ...totals });
export type InvoiceLine = z.infer<typeof invoiceLine>;
export const invoiceLinePage = z.looseObject({
  items: z.array(invoiceLine),
  nextCursor: z.string().nullable(),
});

export const receiptAnswer = z.looseObject({
  businessKey: z.string(),
  documentHash: z.string(),
  txId: z.string(),
  blockNumber: z.string(),
});

export const billAnswer = z.looseObject({
  billId: z.string(),
  ...signed(
    z.looseObject({
      number: z.string(),
      currency: z.string(),
      totalInclTax: z.string(),
      amountDue: z.string(),
      lines: z.array(
        z.looseObject({
          sessionId: z.string(),
          currency: z.string(),
          visitedTotalInclTax: z.string(),
          lines: z.array(line),
          ...totals,
        }),
      ),
    }),
  ),
});
export type BillAnswer = z.infer<typeof billAnswer>;
export const billList = z.looseObject({ items: z.array(billAnswer) });

export const proofAnswer = z.looseObject({
  index: z.number(),
  size: z.number(),
  path: z.array(z.string()),
});

export const traceAnswer = z.looseObject({
  items: z.array(
    z.looseObject({ at: z.string(), step: z.string(), from: z.string(), to: z.string() }),
  ),
});

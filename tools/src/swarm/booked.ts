import { parseEnergyKwh, parseInstant, parseMoney, type EnergyMilliWh } from '@roamgrid/kernel';
import {
  mandateDocument,
  retailTariffDocument,
  type RetailTariffDocument,
} from '@roamgrid/contracts';
import type { MandateCaps } from '@roamgrid/rating';
import { z } from 'zod';

/** Answers of the public API, as far as the swarm compares them; figures become integers here. */

const energy = z.string().transform((text): EnergyMilliWh => parseEnergyKwh(text));

export const bookedSession = z.looseObject({
  sessionId: z.string(),
  stationId: z.string().nullable(),
  transactionId: z.string().nullish(),
  state: z.string(),
  cdrId: z.string().nullable(),
  energyKwh: energy.nullish(),
});
export type BookedSession = z.output<typeof bookedSession>;

export const bookedSuspense = z.looseObject({
  suspenseId: z.string(),
  stationId: z.string().nullable(),
  sessionId: z.string().nullable(),
  transactionId: z.string().nullish(),
  code: z.string(),
  state: z.string(),
  energyKwh: energy.optional(),
});
export type BookedSuspense = z.output<typeof bookedSuspense>;

/** What home signed of the price, and how far the driver's bill may go. */
const mandate = z.looseObject({
  document: mandateDocument
    .pick({ paymentMode: true, moneyCap: true, energyCapKwh: true, beyondCreditBorneBy: true })
    .extend({
      retailTariff: z.looseObject({
        document: retailTariffDocument
          .pick({ tariff: true, rounding: true, homeCurrency: true, fx: true })
          .loose(),
      }),
    })
    .loose(),
});

/** By what a driver's bill is computed, signed by home before the charge. */
export interface HomeTerms {
  readonly tariff: RetailTariffDocument['tariff'];
  readonly rounding: RetailTariffDocument['rounding'];
  readonly fx: RetailTariffDocument['fx'];
  /** of the station's place */
  readonly currency: string;
  readonly homeCurrency: string;
  readonly caps: MandateCaps;
}

const cdrAnswer = z.looseObject({
  cdrId: z.string(),
  role: z.enum(['visited', 'home', 'domestic']),
  state: z.string(),
  invoiceId: z.string().nullable(),
  documentHash: z.string(),
  shares: z
    .looseObject({ commission: z.string(), providerShare: z.string(), own: z.string() })
    .optional(),
  document: z.looseObject({
    stationId: z.string(),
    homeUtility: z.string(),
    energyKwh: energy,
    mandate,
    endAt: z.string(),
    currency: z.string(),
    lines: z.array(z.looseObject({ amount: z.string() })),
    totalExclTax: z.string(),
    tax: z.string(),
    totalInclTax: z.string(),
  }),
});

/** A charge detail record, its amounts in minor units of its currency. */
export interface BookedCdr {
  readonly cdrId: string;
  /** of the utility whose books these are */
  readonly role: 'visited' | 'home' | 'domestic';
  readonly stationId: string;
  readonly homeUtility: string;
  readonly documentHash: string;
  readonly standing: 'domestic' | 'invoiced' | 'open' | 'held';
  readonly endMs: number;
  readonly energyMilliWh: EnergyMilliWh;
  readonly terms: HomeTerms;
  readonly currency: string;
  readonly linesMinor: bigint;
  readonly exclTaxMinor: bigint;
  readonly taxMinor: bigint;
  readonly inclTaxMinor: bigint;
  /** commission + provider's share + visited's own; null at the home utility */
  readonly sharesMinor: bigint | null;
}

export const bookedCdr = cdrAnswer.transform(
  ({ cdrId, role, state, invoiceId, documentHash, shares, document }): BookedCdr => {
    const { currency } = document;
    const minor = (text: string): bigint => parseMoney(text, currency).minor;
    const sum = (texts: readonly string[]): bigint =>
      texts.reduce((total, text) => total + minor(text), 0n);
    return {
      cdrId,
      role,
      stationId: document.stationId,
      homeUtility: document.homeUtility,
      documentHash,
      standing: standingOf(role, state, invoiceId),
      endMs: parseInstant(document.endAt),
      energyMilliWh: document.energyKwh,
      terms: termsOf(document.mandate),
      currency,
      linesMinor: sum(document.lines.map(({ amount }) => amount)),
      exclTaxMinor: minor(document.totalExclTax),
      taxMinor: minor(document.tax),
      inclTaxMinor: minor(document.totalInclTax),
      sharesMinor:
        shares === undefined ? null : sum([shares.commission, shares.providerShare, shares.own]),
    };
  },
);

function termsOf({ document }: z.output<typeof mandate>): HomeTerms {
  const { retailTariff, ...caps } = document;
  const { tariff, rounding, fx, homeCurrency } = retailTariff.document;
  return { tariff, rounding, fx, currency: tariff.currency, homeCurrency, caps };
}

function standingOf(role: string, state: string, invoiceId: string | null): BookedCdr['standing'] {
  if (state === 'held') return 'held';
  if (invoiceId !== null) return 'invoiced';
  return role === 'domestic' ? 'domestic' : 'open';
}

/** What one visited utility's books hold of the swarm. */
export interface Books {
  readonly sessions: readonly BookedSession[];
  readonly suspense: readonly BookedSuspense[];
  readonly cdrs: readonly BookedCdr[];
}

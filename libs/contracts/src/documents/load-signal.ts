import { z } from 'zod';
import {
  hashHex,
  identifier,
  instantString,
  signed,
  stationClass,
  utilitySlug,
} from '../values.js';

/** The load that the visited utility says, ahead of time, it will have. */
export const loadBandSpan = z.strictObject({
  from: instantString,
  to: instantString,
  loadBand: z.enum(['low', 'normal', 'high']),
});

/**
 * Load bands of a visited utility's grid, signed by its crp before they begin. They follow each other without
 * a gap from `from` to `to`; outside of all signals the load is `normal`. Never changed, never contradicted.
 */
export const loadSignalDocument = z.strictObject({
  type: z.literal('loadSignal'),
  schemaVersion: z.literal(1),
  loadSignalId: identifier,
  visitedUtility: utilitySlug,
  stationClass,
  /** in which the bands become times of day */
  timeZone: z.string(),
  issuedAt: instantString,
  from: instantString,
  to: instantString,
  bands: z.array(loadBandSpan).min(1).max(200),
});
export type LoadSignalDocument = z.infer<typeof loadSignalDocument>;
export const signedLoadSignal = signed(loadSignalDocument);
export type SignedLoadSignal = z.infer<typeof signedLoadSignal>;

/** What an agreed tariff says of the signals that it was resolved with. */
export const citedLoad = {
  /** hashes of the signals, in the order of their horizons; absent where there were none */
  loadSignals: z.array(hashHex).optional(),
  /** the bands in force while the tariff is, other than `normal` */
  loadBands: z.array(loadBandSpan).optional(),
};

import { z } from 'zod';

const degrees = (most: RegExp): z.ZodString => z.string().regex(most, 'degrees, 5 to 7 decimals');

/** Where a station stands; the members and their limits are those of an OCPI location. */
export const stationLocation = z.strictObject({
  address: z.string().min(1).max(45),
  city: z.string().min(1).max(45),
  postalCode: z.string().min(1).max(10).exactOptional(),
  country: z.string().regex(/^[A-Z]{3}$/, 'ISO 3166-1 alpha-3'),
  coordinates: z.strictObject({
    latitude: degrees(/^-?[0-9]{1,2}\.[0-9]{5,7}$/),
    longitude: degrees(/^-?[0-9]{1,3}\.[0-9]{5,7}$/),
  }),
});
export type StationLocation = z.infer<typeof stationLocation>;

/** What a cable ends in; the words are OCPI 2.2.1's. */
export const plug = z.strictObject({
  standard: z.enum([
    'CHADEMO',
    'CHAOJI',
    'DOMESTIC_B',
    'DOMESTIC_F',
    'GBT_AC',
    'GBT_DC',
    'IEC_60309_2_three_32',
    'IEC_62196_T1',
    'IEC_62196_T1_COMBO',
    'IEC_62196_T2',
    'IEC_62196_T2_COMBO',
    'NEMA_14_50',
    'TESLA_R',
    'TESLA_S',
  ]),
  format: z.enum(['SOCKET', 'CABLE']),
  powerType: z.enum(['AC_1_PHASE', 'AC_2_PHASE', 'AC_2_PHASE_SPLIT', 'AC_3_PHASE', 'DC']),
});
export type Plug = z.infer<typeof plug>;

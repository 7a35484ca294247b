import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { currencyCode, decimalString, instantString, nothing, utilitySlug } from '../../values.js';

/** How far a partner's debt has come against what this utility lets it grow to. */
export const EXPOSURE_STATES = ['within', 'warned', 'suspended'] as const;

/**
 * What a partner owes this utility: delivered and not invoiced, invoiced and not netted, netted and not
 * paid. `warnAt` and `suspendAt` are this utility's own policy; null is no limit.
 */
export const exposureView = z.strictObject({
  partner: utilitySlug,
  currency: currencyCode,
  exposure: decimalString,
  warnAt: decimalString.nullable(),
  suspendAt: decimalString.nullable(),
  state: z.enum(EXPOSURE_STATES),
  since: instantString.nullable(),
});
export type ExposureView = z.infer<typeof exposureView>;

export const setExposureLimit = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'setExposureLimit',
  version: 1,
  summary: 'Staff says from which debt on a partner is warned about, and suspended.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    partner: utilitySlug,
    currency: currencyCode,
    warnAt: decimalString.nullable(),
    suspendAt: decimalString.nullable(),
    by: z.string(),
  }),
  reply: exposureView,
});

export const readExposures = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'readExposures',
  version: 1,
  summary: 'What each partner owes, and the limits on it.',
  senders: ['portal'],
  scope: 'own',
  request: nothing,
  reply: z.strictObject({ items: z.array(exposureView) }),
});

import {
  currencyCode,
  decimalString,
  identifier,
  instantString,
  stationId,
  utilitySlug,
  uuid,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { defineRoute } from '../http/route.js';
import { formatQuery } from '../http/table.js';
import { REPORT_NAMES, REPORTS } from '../reports/all-reports.js';

const reportAnswer = z
  .strictObject({
    name: z.enum(REPORT_NAMES),
    from: instantString.nullable(),
    to: instantString.nullable(),
    madeAt: instantString,
    columns: z.array(z.string()),
    items: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  })
  .describe(
    Object.entries(REPORTS)
      .map(([name, { summary }]) => `\`${name}\`: ${summary}`)
      .join(' '),
  )
  .meta({ id: 'Report' });

export const getReport = defineRoute({
  method: 'GET',
  path: '/reports/:name',
  name: 'getReport',
  tag: 'Reports',
  summary: 'AAA analytics from the same records, as JSON, CSV or JSON lines.',
  scopes: ['sessions:read'],
  params: z.strictObject({ name: z.enum(REPORT_NAMES) }),
  query: z.strictObject({
    ...formatQuery,
    from: instantString.optional().describe('inclusive'),
    to: instantString.optional().describe('exclusive'),
    partner: utilitySlug.optional(),
    station: stationId.optional(),
  }),
  formats: true,
  reply: reportAnswer,
});

const statementAnswer = z
  .strictObject({
    provider: z.string(),
    from: instantString.nullable(),
    to: instantString.nullable(),
    madeAt: instantString,
    totals: z.array(
      z.strictObject({
        currency: currencyCode,
        charges: z.int(),
        totalExclTax: decimalString,
        share: decimalString,
      }),
    ),
    items: z.array(
      z.strictObject({
        sessionId: uuid,
        cdrId: uuid,
        stationId,
        startAt: instantString.nullable(),
        endAt: instantString.nullable(),
        energyKwh: decimalString,
        currency: currencyCode,
        totalExclTax: decimalString,
        share: decimalString,
      }),
    ),
  })
  .meta({ id: 'ProviderStatement' });

export const getStatement = defineRoute({
  method: 'GET',
  path: '/provider/statement',
  name: 'getProviderStatement',
  tag: 'Reports',
  summary: 'What a charging-infrastructure provider is owed for the charges at its stations.',
  scopes: ['sessions:read'],
  providers: true,
  query: z.strictObject({
    ...formatQuery,
    from: instantString.optional().describe('inclusive; by when the driver came'),
    to: instantString.optional().describe('exclusive'),
    provider: identifier.optional().describe('needed where the caller is no provider'),
  }),
  formats: true,
  reply: statementAnswer,
});

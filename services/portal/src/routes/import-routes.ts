import { uuid } from '@roamgrid/contracts';
import { z } from 'zod';
import { defineRoute } from '../http/route.js';
import { SpooledTable } from '../http/spooled-table.js';

const importAnswer = z
  .strictObject({
    importId: uuid,
    kind: z.enum(['consumers', 'cards', 'tariffs']),
    dryRun: z.boolean(),
    state: z.enum(['running', 'done', 'failed']),
    rows: z.int().describe('lines of the file without the first'),
    done: z.int(),
    created: z.int().describe('with `dryRun` those that would be'),
    unchanged: z.int().describe('there already, as the file has them'),
    failed: z.int(),
    errors: z.array(
      z.strictObject({
        line: z.int().describe('as editors count; the first line names the columns'),
        path: z.string().describe('the column'),
        code: z.string(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'Import' });

const importCall = {
  query: z.strictObject({
    dryRun: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true'),
  }),
  body: z.strictObject({ table: z.custom<SpooledTable>((value) => value instanceof SpooledTable) }),
  takesCsv: true,
  status: 202,
  reply: importAnswer,
} as const;

export const postConsumerImport = defineRoute({
  method: 'POST',
  path: '/imports/consumers',
  name: 'importConsumers',
  tag: 'Consumers',
  summary:
    'Consumers from CSV (also `POST /consumers` with `text/csv`); the columns are the members of a consumer.',
  scopes: ['consumers:write'],
  ...importCall,
});

export const postCardImport = defineRoute({
  method: 'POST',
  path: '/imports/cards',
  name: 'importCards',
  tag: 'Consumers',
  summary:
    'Cards and loyalty numbers from CSV: `cin` or `consumerId`, `number`, `kind`, `state`; a number is told once.',
  scopes: ['consumers:write'],
  ...importCall,
});

export const postTariffImport = defineRoute({
  method: 'POST',
  path: '/imports/tariffs',
  name: 'importTariffs',
  tag: 'Tariffs',
  summary:
    'Tariffs from CSV, one a line, as drafts (also `POST /tariffs` with `text/csv`); what changed becomes the next version.',
  scopes: ['tariffs:write'],
  ...importCall,
});

export const getImport = defineRoute({
  method: 'GET',
  path: '/imports/:importId',
  name: 'getImport',
  tag: 'Consumers',
  summary: 'How far an import has come, and which lines could not be taken.',
  scopes: ['consumers:write', 'tariffs:write'],
  params: z.strictObject({ importId: uuid }),
  reply: importAnswer,
});

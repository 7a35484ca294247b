import 'reflect-metadata';
import { serviceMain } from '@roamgrid/platform';
import { readSettlementConfiguration } from './settlement.config.js';
import { settlementAlone, settlementMigrations } from './settlement.module.js';

await serviceMain({
  service: 'settlement',
  readConfiguration: readSettlementConfiguration,
  migrations: settlementMigrations,
  module: async (context, { DATA_DIR, UTILITY }) => {
    const partners = context.registry.utilities.map(({ utility }) => utility);
    const module = await settlementAlone(DATA_DIR, UTILITY, partners);
    return module(context);
  },
});

import 'reflect-metadata';
import { serviceMain } from '@roamgrid/platform';
import { readSettlementConfiguration } from './settlement.config.js';
import { settlementAlone, settlementMigrations } from './settlement.module.js';

await serviceMain({
  service: 'settlement',
  readConfiguration: readSettlementConfiguration,
  migrations: settlementMigrations,
  module: (context) => settlementAlone(context, readSettlementConfiguration()),
});

import 'reflect-metadata';
import { loadRegistry, serviceMain } from '@roamgrid/platform';
import { readSettlementConfiguration } from './settlement.config.js';
import { settlementAlone, settlementMigrations } from './settlement.module.js';

const configuration = readSettlementConfiguration();
const { DATA_DIR, UTILITY } = configuration;
const registry = await loadRegistry(DATA_DIR);

await serviceMain({
  service: 'settlement',
  configuration,
  migrations: settlementMigrations,
  module: await settlementAlone(
    DATA_DIR,
    UTILITY,
    registry.utilities.map((entry) => entry.utility),
  ),
});

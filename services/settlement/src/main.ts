import 'reflect-metadata';
import { join } from 'node:path';
import { openSecretFile, serviceMain } from '@roamgrid/platform';
import { openLedger } from './open-ledger.module.js';
import { readSettlementConfiguration } from './settlement.config.js';
import { pairSecretsFrom, SettlementModule, settlementMigrations } from './settlement.module.js';

const configuration = readSettlementConfiguration();
const ledger = await openLedger(configuration);
const shared = await openSecretFile(join(configuration.DATA_DIR, 'keys'), 'pairs');

await serviceMain({
  service: 'settlement',
  configuration,
  migrations: settlementMigrations,
  module: (context) =>
    SettlementModule.with(context, {
      ledger,
      pairSecretOf: pairSecretsFrom(shared, configuration.UTILITY),
    }),
});

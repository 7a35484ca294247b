import 'reflect-metadata';
import { serviceMain } from '@roamgrid/platform';
import { readCrpConfiguration } from './crp.config.js';
import { CrpModule, crpMigrations } from './crp.module.js';

await serviceMain({
  service: 'crp',
  readConfiguration: readCrpConfiguration,
  migrations: crpMigrations,
  module: (context) => CrpModule.with(context),
});

import 'reflect-metadata';
import { serviceMain } from '@roamgrid/platform';
import { readAaaConfiguration } from './aaa.config.js';
import { aaaMigrations, AaaModule } from './aaa.module.js';

await serviceMain({
  service: 'aaa',
  readConfiguration: readAaaConfiguration,
  migrations: aaaMigrations,
  module: (context) => AaaModule.with(context),
});

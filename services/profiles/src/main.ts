import 'reflect-metadata';
import { serviceMain } from '@roamgrid/platform';
import { readProfilesConfiguration } from './profiles.config.js';
import { ProfilesModule, profilesMigrations } from './profiles.module.js';

await serviceMain({
  service: 'profiles',
  readConfiguration: readProfilesConfiguration,
  migrations: profilesMigrations,
  module: (context) => ProfilesModule.with(context),
});

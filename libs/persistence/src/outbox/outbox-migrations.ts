import type { MigrationClass } from '../database/data-source.js';
import { CreateOutbox } from './create-outbox.js';
import { KeepPayloadAsText } from './keep-payload-as-text.js';

/** The outbox of a schema: part of the migrations of each service that has one. */
export const outboxMigrations: readonly MigrationClass[] = [CreateOutbox, KeepPayloadAsText];

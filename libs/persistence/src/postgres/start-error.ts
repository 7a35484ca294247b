import { RoamgridError } from '@roamgrid/kernel';

/** PostgreSQL could not be started or reached; the message is one line that says what to do. */
export class DatabaseStartError extends RoamgridError {
  constructor(detail: string) {
    super('database_unavailable', detail.replaceAll(/\s*\n\s*/g, ' ').trim());
    this.name = 'DatabaseStartError';
  }
}

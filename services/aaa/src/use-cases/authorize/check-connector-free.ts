import { refuse, type Refusal } from './grant.js';

/** A connector that another driver consented on or charges at is taken; a mere quote takes nothing. */
export function checkConnectorFree(holder: string | null): Refusal | null {
  return holder === null ? null : refuse('connector_occupied');
}

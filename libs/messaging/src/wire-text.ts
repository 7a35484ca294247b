import { RoamgridError } from '@roamgrid/kernel';

/** @throws RoamgridError `internal` for what JSON cannot hold: a fault of ours, not of the bus */
export function writeWireText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RoamgridError('internal', `a message cannot be written as JSON: ${error.message}`);
  }
}

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseEnergyKwh, type EnergyMilliWh } from '@roamgrid/kernel';
import { DemoFault, faultLine } from './demo-fault.js';
import { readDataDirectory } from './demo.config.js';

export const USAGE =
  'usage: npm run demo -- [--station ID] [--cin CIN] [--energy-kwh N] [--json] [--data-dir FOLDER]';
const KWH = /^\d{1,4}(\.\d{1,3})?$/;

export interface DemoOptions {
  readonly stationId: string;
  readonly cin: string;
  readonly energyMilliWh: EnergyMilliWh;
  readonly isJson: boolean;
  readonly dataDir: string;
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        station: { type: 'string', default: 'DUKE-CLT-001' },
        cin: { type: 'string', default: '84000195011000012374' },
        'energy-kwh': { type: 'string', default: '20' },
        json: { type: 'boolean', default: false },
        'data-dir': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new DemoFault(`${faultLine(error)}; ${USAGE}`);
  }
}

function parseKwh(text: string): EnergyMilliWh {
  if (!KWH.test(text)) {
    throw new DemoFault(`--energy-kwh is from 0.001 to 9999.999, in kWh; ${USAGE}`);
  }
  const energyMilliWh = parseEnergyKwh(text);
  if (energyMilliWh === 0n) throw new DemoFault('--energy-kwh is more than nothing.');
  return energyMilliWh;
}

/** @throws DemoFault with the usage */
export function readDemoOptions(argv: readonly string[]): DemoOptions {
  const values = parsed(argv);
  return {
    stationId: values.station,
    cin: values.cin,
    energyMilliWh: parseKwh(values['energy-kwh']),
    isJson: values.json,
    dataDir: resolve(values['data-dir'] ?? readDataDirectory()),
  };
}

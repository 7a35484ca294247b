import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { RoamgridError } from '@roamgrid/kernel';
import { priceCdr } from './price-cdr.js';
import { describePrice } from './price-report.js';
import { wantsHelp } from './wants-help.js';

const USAGE =
  'usage: npm run price -- --tariff tariff.json --cdr cdr.json [--time-zone ZONE] [--json]';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        tariff: { type: 'string' },
        cdr: { type: 'string' },
        'time-zone': { type: 'string', default: 'UTC' },
        json: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RoamgridError('malformed_request', `${error.message}; ${USAGE}`);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RoamgridError('not_found', `cannot read ${path}: ${reason}`);
  }
}

function main(): void {
  if (wantsHelp(process.argv.slice(2))) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const options = readOptions();
  if (options.tariff === undefined || options.cdr === undefined) {
    throw new RoamgridError('malformed_request', USAGE);
  }
  const report = priceCdr({
    tariffText: readText(options.tariff),
    cdrText: readText(options.cdr),
    timeZone: options['time-zone'],
  });
  process.stdout.write(`${options.json ? JSON.stringify(report) : describePrice(report)}\n`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof RoamgridError)) throw error;
  process.stderr.write(`price: ${error.message.replaceAll('\n', ' ')}\n`);
  process.exitCode = 1;
}

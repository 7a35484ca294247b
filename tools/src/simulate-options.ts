import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DemoFault, faultLine } from './demo-fault.js';
import { readDataDirectory } from './demo.config.js';

export const USAGE =
  'usage: npm run simulate -- --stations N --sessions M [--seed S] [--json] [--data-dir FOLDER]';
const GREATEST_STATIONS = 200;
const GREATEST_SESSIONS = 100_000;
const GREATEST_SEED = 2 ** 31 - 1;

export interface SimulateOptions {
  readonly stations: number;
  readonly sessions: number;
  readonly seed: number;
  readonly isJson: boolean;
  readonly dataDir: string;
}

function count(name: string, text: string | undefined, least: number, greatest: number): number {
  if (text === undefined || !/^\d{1,10}$/.test(text)) {
    throw new DemoFault(`--${name} is a whole number; ${USAGE}`);
  }
  const value = Number(text);
  if (value < least || value > greatest) {
    throw new DemoFault(`--${name} is from ${String(least)} to ${String(greatest)}.`);
  }
  return value;
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        stations: { type: 'string' },
        sessions: { type: 'string' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        'data-dir': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new DemoFault(`${faultLine(error)}; ${USAGE}`);
  }
}

/** @throws DemoFault with the usage */
export function readSimulateOptions(argv: readonly string[]): SimulateOptions {
  const values = parsed(argv);
  return {
    stations: count('stations', values.stations, 1, GREATEST_STATIONS),
    sessions: count('sessions', values.sessions, 1, GREATEST_SESSIONS),
    seed: count('seed', values.seed, 0, GREATEST_SEED),
    isJson: values.json,
    dataDir: resolve(values['data-dir'] ?? readDataDirectory()),
  };
}

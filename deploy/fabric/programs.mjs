/** Fabric's own programs, which the project neither fetches nor builds. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from './layout.mjs';

const NEEDED = ['peer', 'orderer', 'cryptogen', 'configtxgen', 'osnadmin'];

/** @throws NetworkError where FABRIC_BIN is not told or lacks a program */
export function fabricPrograms(folder = process.env.FABRIC_BIN ?? '') {
  const missing = NEEDED.filter((name) => !existsSync(join(folder, name)));
  if (folder === '' || missing.length > 0) {
    throw new NetworkError(
      `FABRIC_BIN names the folder with Fabric's ${NEEDED.join(', ')}` +
        (folder === '' ? '' : `; ${folder} lacks ${missing.join(', ')}`),
    );
  }
  return (name) => join(folder, name);
}

/** Runs one program to its end. @returns its standard output @throws NetworkError with what it said */
export function run(program, args, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    encoding: 'utf8',
  });
  if (status === 0) return stdout;
  const said = (error?.message ?? stderr + stdout).trim().split('\n').slice(-3).join(' ');
  throw new NetworkError(`${program} ${args.slice(0, 3).join(' ')}: ${said}`);
}

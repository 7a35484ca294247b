import { constants } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The account PostgreSQL runs under where we are root, which it refuses to be. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const ROOT = 0;
const NOBODY = 65_534;
const PASSWD_UID_FIELD = 2;
const PASSWD_GID_FIELD = 3;

const EXECUTE = 1;
const READ = 4;

export function isRoot(): boolean {
  return process.getuid?.() === ROOT;
}

/** Whom to become: nobody else (undefined) unless we are root; then `postgres`, or nobody. */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (!isRoot()) return undefined;
  return (await accountNamed('postgres')) ?? { uid: NOBODY, gid: NOBODY };
}

/** The owner of an existing cluster: PostgreSQL runs under no other. */
export async function ownerOf(folder: string): Promise<Account> {
  const { uid, gid } = await stat(folder);
  return { uid, gid };
}

async function accountNamed(name: string): Promise<Account | undefined> {
  let passwd: string;
  try {
    passwd = await readFile('/etc/passwd', 'utf8');
  } catch {
    // a system without that file: the caller has a number that needs no name
    return undefined;
  }
  const line = passwd.split('\n').find((entry) => entry.startsWith(`${name}:`));
  const fields = line?.split(':') ?? [];
  const uid = Number(fields[PASSWD_UID_FIELD]);
  const gid = Number(fields[PASSWD_GID_FIELD]);
  return Number.isInteger(uid) && Number.isInteger(gid) && uid !== ROOT ? { uid, gid } : undefined;
}

/** Whether the account can pass through the folder and all above it. */
export async function canEnter(folder: string, account: Account | undefined): Promise<boolean> {
  for (let path = await realpath(folder); ; path = dirname(path)) {
    if (!(await isAllowed(path, account, EXECUTE))) return false;
    if (path === dirname(path)) return true;
  }
}

export function canRead(path: string, account: Account | undefined): Promise<boolean> {
  return isAllowed(path, account, READ);
}

export function canExecute(path: string, account: Account | undefined): Promise<boolean> {
  return isAllowed(path, account, READ | EXECUTE);
}

async function isAllowed(
  path: string,
  account: Account | undefined,
  bits: number,
): Promise<boolean> {
  if (account === undefined) return isAllowedForUs(path, bits);
  try {
    const { mode, uid, gid } = await stat(path);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    return ((mode >> shift) & bits) === bits;
  } catch {
    // what cannot be looked at cannot be used
    return false;
  }
}

async function isAllowedForUs(path: string, bits: number): Promise<boolean> {
  const read = (bits & READ) === 0 ? 0 : constants.R_OK;
  const execute = (bits & EXECUTE) === 0 ? 0 : constants.X_OK;
  try {
    await access(path, read | execute);
    return true;
  } catch {
    // the refusal is the answer
    return false;
  }
}

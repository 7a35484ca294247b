import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** scrypt (RFC 7914) at 32 MiB a hash: memory-hard, so that four digits are not guessed offline cheaply. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;

/** Hashing shares Node's four threads with name resolution and with what connections are signed in by. */
const AT_ONCE = 2;
const waiting: (() => void)[] = [];
let running = 0;

async function derive(pin: string, salt: Buffer): Promise<Buffer> {
  if (running === AT_ONCE) await new Promise<void>((wake) => waiting.push(wake));
  else running += 1;
  try {
    return await scryptOf(pin, salt);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

function scryptOf(pin: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, KEY_BYTES, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** `salt.hash`, both base64url. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${(await derive(pin, salt)).toString('base64url')}`;
}

const DECOY_SALT = Buffer.alloc(16);

/** Takes the same time whether the consumer has a PIN or does not exist. */
export async function pinFits(pin: string, stored: string | null): Promise<boolean> {
  const [salt, hash] = stored?.split('.') ?? [];
  const derived = await derive(
    pin,
    salt === undefined ? DECOY_SALT : Buffer.from(salt, 'base64url'),
  );
  if (hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64url');
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}

import { keyedHash } from '@roamgrid/platform';

interface Shown {
  readonly kind: string;
  readonly value: string;
}

/** Keyed hashes of what drivers show. One message asks for the same one several times: it is made once. */
export function identityKeysWith(secret: Uint8Array): (identity: Shown) => string {
  const made = new WeakMap<Shown, string>();
  return (identity) => {
    let key = made.get(identity);
    if (key === undefined) {
      key = keyedHash(secret, `${identity.kind}:${identity.value}`);
      made.set(identity, key);
    }
    return key;
  };
}

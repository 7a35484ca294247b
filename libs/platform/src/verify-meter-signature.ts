import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { VerifyMeterSignature } from '@roamgrid/documents';

function keyOf(keyHex: string): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(keyHex, 'hex'), format: 'der', type: 'spki' });
  } catch {
    // a registered key that is none verifies nothing
    return null;
  }
}

/** Whether a meter's key signed a payload (ECDSA). */
export const verifyMeterSignature: VerifyMeterSignature = ({
  hash,
  keyHex,
  payload,
  encoding,
  value,
}) => {
  const key = keyOf(keyHex);
  return (
    key !== null && verify(hash, Buffer.from(payload, 'utf8'), key, Buffer.from(value, encoding))
  );
};

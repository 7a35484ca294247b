import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { parseEnergyKwh, parseEnergyWh, RoamgridError, type EnergyMilliWh } from '@roamgrid/kernel';
import { isLosslessNumber, parse, type LosslessNumber } from 'lossless-json';
import { z } from 'zod';

/** What a meter signed: which meter, which record of it, and its registers. */
export interface SignedRecord {
  readonly meterSerial: string | null;
  /** the meter counts its records: of transactions (`T`) and others apart */
  readonly pagination: { readonly context: string; readonly number: number };
  /** null for a register that no energy can be read from, exactly */
  readonly readings: readonly {
    readonly kind: string;
    readonly energyMilliWh: EnergyMilliWh | null;
  }[];
}

/** Signature algorithms of OCMF 1.4 that Node verifies; each with its hash. */
const HASHES: Readonly<Record<string, string>> = {
  'ECDSA-secp256r1-SHA256': 'sha256',
  'ECDSA-secp256k1-SHA256': 'sha256',
  'ECDSA-secp384r1-SHA256': 'sha256',
  'ECDSA-brainpool256r1-SHA256': 'sha256',
  'ECDSA-brainpool384r1-SHA256': 'sha256',
};
const DEFAULT_ALGORITHM = 'ECDSA-secp256r1-SHA256';

const decimal = z.custom<LosslessNumber>(isLosslessNumber).transform((value) => value.value);

const payloadSchema = z.looseObject({
  MS: z.string().optional(),
  PG: z.string().regex(/^[A-Z]\d{1,15}$/),
  RD: z
    .array(
      z.looseObject({
        TX: z.string().optional(),
        RV: decimal.optional(),
        RU: z.string().optional(),
      }),
    )
    .min(1),
});

const signatureSchema = z.looseObject({
  SA: z.string().default(DEFAULT_ALGORITHM),
  SE: z.enum(['hex', 'base64']).default('hex'),
  SD: z.string().min(1),
});

function readJson<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  try {
    return schema.safeParse(parse(text)).data ?? null;
  } catch (error) {
    // a SyntaxError is how the parser says that it is no JSON
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function energyOf(value: string, unit: string): EnergyMilliWh | null {
  try {
    if (unit === 'kWh') return parseEnergyKwh(value);
    return unit === 'Wh' ? parseEnergyWh(value) : null;
  } catch (error) {
    if (error instanceof RoamgridError) return null;
    throw error;
  }
}

function keyOf(meterKeyHex: string): KeyObject | null {
  try {
    const key = Buffer.from(meterKeyHex, 'hex');
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    // a registered key that is none verifies nothing
    return null;
  }
}

/**
 * An OCMF record (`OCMF|payload|signature`, OCMF 1.4), read only where the meter's registered key signed it. A
 * key that came with the record is never looked at.
 *
 * @returns null for what is no such record, or not signed by that key
 */
export function readSignedRecord(text: string, meterKeyHex: string): SignedRecord | null {
  const [mark, payloadText, signatureText, ...more] = text.split('|');
  if (mark !== 'OCMF' || payloadText === undefined || more.length > 0) return null;
  const signature = readJson(signatureSchema, signatureText ?? '');
  const payload = readJson(payloadSchema, payloadText);
  const key = keyOf(meterKeyHex);
  const hash = HASHES[signature?.SA ?? ''];
  if (signature === null || payload === null || key === null || hash === undefined) return null;
  const bytes = Buffer.from(signature.SD, signature.SE);
  if (!verify(hash, Buffer.from(payloadText, 'utf8'), key, bytes)) return null;
  return {
    meterSerial: payload.MS ?? null,
    pagination: { context: payload.PG.slice(0, 1), number: Number(payload.PG.slice(1)) },
    readings: payload.RD.flatMap(({ TX = '', RV, RU = '' }) =>
      RV === undefined ? [] : [{ kind: TX, energyMilliWh: energyOf(RV, RU) }],
    ),
  };
}

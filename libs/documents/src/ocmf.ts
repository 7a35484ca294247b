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

export interface MeterSignature {
  readonly hash: 'sha256';
  /** DER SubjectPublicKeyInfo in hex */
  readonly keyHex: string;
  /** what was signed: UTF-8 */
  readonly payload: string;
  readonly encoding: 'hex' | 'base64';
  /** DER, in that encoding */
  readonly value: string;
}

/** ECDSA over the curve of the key. @returns false also for a key that is none */
export type VerifyMeterSignature = (signature: MeterSignature) => boolean;

/** Signature algorithms of OCMF 1.4, all over SHA-256; the curve is the key's own. */
const ALGORITHMS: ReadonlySet<string> = new Set([
  'ECDSA-secp256r1-SHA256',
  'ECDSA-secp256k1-SHA256',
  'ECDSA-secp384r1-SHA256',
  'ECDSA-brainpool256r1-SHA256',
  'ECDSA-brainpool384r1-SHA256',
]);
const DEFAULT_ALGORITHM = 'ECDSA-secp256r1-SHA256';

/** OCMF's transaction marks: begin, and the kinds of end */
const BEGIN = 'B';
const ENDS: readonly string[] = ['E', 'L', 'R', 'A', 'P', 'i'];

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

/**
 * An OCMF record (`OCMF|payload|signature`, OCMF 1.4), read only where the meter's registered key signed it. A
 * key that came with the record is never looked at.
 *
 * @param keyHex the registered key, DER SubjectPublicKeyInfo in hex
 * @returns null for what is no such record, or not signed by that key
 */
export function readSignedRecord(
  text: string,
  keyHex: string,
  verify: VerifyMeterSignature,
): SignedRecord | null {
  const [mark, payloadText, signatureText, ...more] = text.split('|');
  if (mark !== 'OCMF' || payloadText === undefined || more.length > 0) return null;
  const signature = readJson(signatureSchema, signatureText ?? '');
  const payload = readJson(payloadSchema, payloadText);
  if (signature === null || payload === null || !ALGORITHMS.has(signature.SA)) return null;
  const { SE: encoding, SD: value } = signature;
  if (!verify({ hash: 'sha256', keyHex, payload: payloadText, encoding, value })) return null;
  return {
    meterSerial: payload.MS ?? null,
    pagination: { context: payload.PG.slice(0, 1), number: Number(payload.PG.slice(1)) },
    readings: payload.RD.flatMap(({ TX = '', RV, RU = '' }) =>
      RV === undefined ? [] : [{ kind: TX, energyMilliWh: energyOf(RV, RU) }],
    ),
  };
}

/** What a charge tells of its meter, beside what the meter signed. Registers in Wh. */
export interface SignedMetering {
  /** the record that came with the start, and the one with the stop; a record of both may come twice */
  readonly start: string | null;
  readonly stop: string | null;
  /** as the station's record, or the station itself, has it */
  readonly meterSerial: string | null;
  readonly startWh: string | undefined;
  readonly stopWh: string | undefined;
}

export type SignedMeterFault =
  'signature_invalid' | 'signed_records_mismatched' | 'signed_value_differs';

/** The texts that a meter signed for a charge, each once. */
export function signedTexts({ start, stop }: Pick<SignedMetering, 'start' | 'stop'>): string[] {
  return [...new Set([start, stop].filter((text) => text !== null))];
}

/**
 * What a meter signed about a charge, held against what its station told: signed by the registered key, of the
 * connector's meter, two records that it made one after the other, and the same registers to the last digit.
 *
 * @returns null where nothing contradicts, also where nothing was signed
 */
export function signedMeterFault(
  told: SignedMetering,
  keyHex: string,
  verify: VerifyMeterSignature,
): SignedMeterFault | null {
  const records = signedTexts(told).map((text) => readSignedRecord(text, keyHex, verify));
  const known = records.filter((record) => record !== null);
  if (known.length < records.length) return 'signature_invalid';
  const { meterSerial } = told;
  if (known.some((record) => meterSerial !== null && record.meterSerial !== meterSerial)) {
    return 'signature_invalid';
  }
  return pairFault(known) ?? valueFault(told, known);
}

/** A start and a stop in records of their own are two records that the meter made one after the other. */
function pairFault([start, stop]: readonly SignedRecord[]): SignedMeterFault | null {
  if (start === undefined || stop === undefined) return null;
  const isNext =
    start.pagination.context === stop.pagination.context &&
    start.pagination.number + 1 === stop.pagination.number;
  return isNext ? null : 'signed_records_mismatched';
}

function valueFault(
  { startWh, stopWh }: SignedMetering,
  records: readonly SignedRecord[],
): SignedMeterFault | null {
  const readings = records.flatMap((record) => record.readings);
  const begin = readings.find(({ kind }) => kind === BEGIN);
  const end = readings.findLast(({ kind }) => ENDS.includes(kind));
  const differs = (told: string | undefined, signed: typeof begin): boolean =>
    signed !== undefined && told !== undefined && parseEnergyWh(told) !== signed.energyMilliWh;
  return differs(startWh, begin) || differs(stopWh, end) ? 'signed_value_differs' : null;
}

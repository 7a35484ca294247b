import { canonicalBytes, detachedJws, documentHash, signingInput } from '@roamgrid/documents';
import { hashToHex, leafHash, merkleRoot, proveInclusion } from '@roamgrid/merkle';
import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { ratable, rerateCdr } from '../src/rerate-cdr.js';
import { sha256 } from '../src/sha256.js';

/** A document under test: a tree that a test may edit anywhere. */
export type Editable = Record<string, unknown>;
type Edit = (document: Editable) => void;

export interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: Editable;
}

export interface Edits {
  /** before both crps sign it */
  readonly agreedTariff?: Edit;
  /** who signs the agreed tariff in place of home's crp */
  readonly tariffKey?: Key;
  /** members of the mandate, before it is signed */
  readonly mandate?: Editable;
  /** when visited's aaa says that it quoted the price */
  readonly quotedAt?: string;
  readonly consentChannel?: 'station' | 'ocpp' | 'preAgreed';
  /** before the CDR is rated anew */
  readonly measured?: Edit;
  /** after its rating, before it is signed */
  readonly cdr?: Edit;
  readonly invoice?: Edit;
  /** who signs the CDR in place of the visited utility's settlement */
  readonly cdrKey?: Key;
  /** who signs the mandate in place of home's profiles */
  readonly mandateKey?: Key;
}

/** The files of one verification, as the API would answer them. */
export interface SignedWorld {
  readonly invoice: Editable;
  readonly cdr: Editable;
  readonly proof: Editable;
}

function ed25519(kid: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' } };
}

export const VISITED = {
  settlement: ed25519('settlement-1'),
  crp: ed25519('crp-1'),
  aaa: ed25519('aaa-1'),
};
export const HOME = {
  settlement: ed25519('settlement-1'),
  crp: ed25519('crp-1'),
  profiles: ed25519('profiles-1'),
};

const encryption = { kty: 'OKP', crv: 'X25519', kid: 'enc-1', use: 'enc', x: 'AAAA' };
export const jwksOf = (keys: readonly Key[]): Editable => ({
  keys: [...keys.map(({ jwk }) => jwk), encryption],
});
export const VISITED_JWKS = jwksOf(Object.values(VISITED));
export const HOME_JWKS = jwksOf(Object.values(HOME));

/** An answer of the API: the document with its hash and detached signature. */
export function signedBy({ kid, privateKey }: Key, document: Editable): Editable {
  const header = { alg: 'EdDSA', kid } as const;
  const input = signingInput(header, canonicalBytes(document));
  const signature = detachedJws(header, sign(null, input, privateKey));
  return { document, documentHash: documentHash(document, sha256), signature };
}

/** The same document with an ECDSA signature over P-256. */
export function es256(document: Editable): { answer: Editable; jwks: Editable } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const header = { alg: 'ES256', kid: 'hsm-1' } as const;
  const input = signingInput(header, canonicalBytes(document));
  const key = { key: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
  const bytes = sign('sha256', input, { ...key, dsaEncoding: 'ieee-p1363' });
  return {
    answer: {
      document,
      documentHash: documentHash(document, sha256),
      signature: detachedJws(header, bytes),
    },
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'hsm-1', alg: 'ES256' }] },
  };
}

const SESSION = '01936f3e-7c1a-7b3c-9d2e-0123456789ab';

const TARIFF = {
  country_code: 'US',
  party_id: 'DUK',
  id: 'agreed-1',
  currency: 'USD',
  elements: [
    { price_components: [{ type: 'ENERGY', price: '0.285', step_size: 1, vat: '7.25' }] },
    { price_components: [{ type: 'PARKING_TIME', price: '3.00', step_size: 60, vat: '7.25' }] },
  ],
  last_updated: '2026-11-01T00:00:00Z',
};

const PARTIES = { homeUtility: 'alabama-power', visitedUtility: 'duke-energy' };
const SCOPE = { ...PARTIES, customerClass: 'residential', stationClass: 'AC' };
const AGREEMENT_HASH = 'c'.repeat(64);

/** As both crps signed it. */
function agreedTariffOf(edits: Edits): Editable {
  const document: Editable = {
    type: 'agreedTariff',
    agreedTariffId: 'agreed-1',
    version: 1,
    agreementHash: AGREEMENT_HASH,
    ...SCOPE,
    notBefore: '2026-11-21T00:00:00Z',
    notAfter: '2026-11-22T00:00:00Z',
    tariff: structuredClone(TARIFF),
  };
  edits.agreedTariff?.(document);
  const own = signedBy(VISITED.crp, document);
  const other = signedBy(edits.tariffKey ?? HOME.crp, document);
  return {
    document,
    documentHash: own['documentHash'],
    signatures: [
      { utility: PARTIES.visitedUtility, signature: own['signature'] },
      { utility: PARTIES.homeUtility, signature: other['signature'] },
    ],
  };
}

function entitlement(edits: Edits): Editable {
  const agreedTariff = agreedTariffOf(edits);
  const agreedTariffHash = agreedTariff['documentHash'];
  const mandate = signedBy(edits.mandateKey ?? HOME.profiles, {
    type: 'mandate',
    ...PARTIES,
    pseudonym: 'p-77',
    agreedTariffHash,
    notBefore: '2026-11-21T00:00:00Z',
    notAfter: '2026-11-22T00:00:00Z',
    ...edits.mandate,
  });
  const quote = signedBy(VISITED.aaa, {
    type: 'quote',
    sessionId: SESSION,
    issuedAt: edits.quotedAt ?? '2026-11-21T09:58:00Z',
    mandateHash: mandate['documentHash'],
    agreedTariffHash,
  });
  const consent = signedBy(VISITED.aaa, {
    type: 'consent',
    sessionId: SESSION,
    channel: edits.consentChannel ?? 'station',
    quoteHash: quote['documentHash'],
  });
  return {
    ...SCOPE,
    agreementHash: AGREEMENT_HASH,
    pseudonym: 'p-77',
    agreedTariff,
    tariff: structuredClone((agreedTariff['document'] as Editable)['tariff']),
    mandate,
    quote,
    consent,
  };
}

function measuredCdr(edits: Edits): Editable {
  return {
    type: 'cdr',
    schemaVersion: 1,
    cdrId: '01936f3e-7c1a-7b3c-9d2e-0123456789ac',
    sessionId: SESSION,
    sequence: 42,
    salt: 'b'.repeat(64),
    ...entitlement(edits),
    startAt: '2026-11-21T10:00:00Z',
    endAt: '2026-11-21T11:10:00Z',
    flags: [],
    rounding: 'halfUp',
    energyKwh: '20.000',
    meter: { startWh: '1000', stopWh: '21000', meterSerial: null, signedData: null },
    periods: [
      {
        startAt: '2026-11-21T10:00:00Z',
        endAt: '2026-11-21T11:00:00Z',
        startWh: '1000',
        endWh: '21000',
        energyWh: '20000',
        activity: 'charging',
      },
      {
        startAt: '2026-11-21T11:00:00Z',
        endAt: '2026-11-21T11:10:00Z',
        startWh: '21000',
        endWh: '21000',
        energyWh: '0',
        activity: 'parking',
      },
    ],
    utcOffsets: [{ from: '2026-11-21T00:00:00Z', offsetSeconds: -18000 }],
  };
}

function ratedCdr(edits: Edits): Editable {
  const measured = measuredCdr(edits);
  edits.measured?.(measured);
  const { currency, lines, taxes, totalExclTax, tax, totalInclTax } = rerateCdr(
    ratable.parse(measured),
  );
  const figures = { currency, lines, taxes, totalExclTax, tax, totalInclTax };
  const settlement = {
    base: totalExclTax,
    commission: '0.00',
    commissionTax: '0.00',
    payable: totalInclTax,
  };
  const rated = structuredClone({ ...measured, ...figures, settlement }) as Editable;
  edits.cdr?.(rated);
  return rated;
}

/** An invoice of five CDRs with the third one's proof; honest unless the edits say otherwise. */
export function signedWorld(edits: Edits = {}): SignedWorld {
  const document = ratedCdr(edits);
  const cdr = signedBy(edits.cdrKey ?? VISITED.settlement, document);
  const other = (salt: number): Uint8Array => leafHash(Uint8Array.of(salt), sha256);
  const leaves = [
    other(1),
    other(2),
    leafHash(canonicalBytes(document), sha256),
    other(4),
    other(5),
  ];
  const invoice: Editable = {
    type: 'invoice',
    schemaVersion: 1,
    visitedUtility: 'duke-energy',
    homeUtility: 'alabama-power',
    currency: 'USD',
    lineCount: 5,
    sequenceFrom: 40,
    sequenceTo: 44,
    merkleRoot: hashToHex(merkleRoot(leaves, sha256)),
    taxes: [{ name: 'VAT', percentage: '7.25', base: '31.00', amount: '2.25' }],
    totalExclTax: '31.00',
    tax: '2.25',
    totalInclTax: '33.25',
    commission: '0.31',
    commissionTax: '0.02',
    payable: '32.92',
  };
  edits.invoice?.(invoice);
  const state = { state: 'issued', availableActions: ['accept'] };
  return {
    invoice: { ...signedBy(VISITED.settlement, invoice), ...state },
    cdr: { ...cdr, flags: [] },
    proof: { ...proveInclusion(leaves, 2, sha256) },
  };
}

import { describe, expect, it } from '@jest/globals';
import { documentHash } from '@roamgrid/documents';
import { sha256 } from '../src/sha256.js';
import { HOME, signedBy, signedWorld, VISITED, type Edits } from './signed-world.js';
import { ALL_CHECKS, at, namesOf, verifyWorld } from './verify-harness.js';

/** What an issuer writes, signs and hashes himself, and which checks find it. */
const FALSE_DOCUMENTS: [string, Edits, string[]][] = [
  [
    'an invoice whose total is no sum',
    { invoice: (invoice) => (invoice['totalInclTax'] = '33.26') },
    ['invoice figures'],
  ],
  [
    'an invoice that asks for more than is payable',
    { invoice: (invoice) => (invoice['payable'] = '33.25') },
    ['invoice figures'],
  ],
  [
    'a Merkle root of other CDRs',
    { invoice: (invoice) => (invoice['merkleRoot'] = 'c'.repeat(64)) },
    ['cdr proof'],
  ],
  ['another number of lines', { invoice: (invoice) => (invoice['lineCount'] = 6) }, ['cdr proof']],
  [
    'an invoice of one line that is not this CDR’s amount',
    { invoice: (invoice) => (invoice['lineCount'] = 1) },
    ['cdr on invoice', 'cdr proof'],
  ],
  [
    'a CDR of another home utility than the invoice’s',
    { invoice: (invoice) => (invoice['homeUtility'] = 'georgia-power') },
    ['cdr on invoice'],
  ],
  [
    'a CDR numbered outside the invoice',
    { cdr: (cdr) => (cdr['sequence'] = 45) },
    ['cdr on invoice'],
  ],
  ['a CDR signed with home’s key', { cdrKey: HOME.settlement }, ['cdr signer']],
  [
    'a line of another amount',
    { cdr: (cdr) => (at(cdr, 'lines', 0)['amount'] = '5.71') },
    ['cdr figures', 'cdr re-rating'],
  ],
  [
    'one cent too much, consistently',
    {
      cdr: (cdr) => {
        at(cdr, 'lines', 0)['amount'] = '5.71';
        cdr['totalExclTax'] = '6.21';
        cdr['totalInclTax'] = '6.66';
        Object.assign(at(cdr, 'settlement'), { base: '6.21', payable: '6.66' });
      },
    },
    ['cdr re-rating'],
  ],
  [
    'a tax of another percentage',
    {
      cdr: (cdr) => {
        at(cdr, 'taxes', 0)['amount'] = '0.50';
        Object.assign(cdr, { tax: '0.50', totalInclTax: '6.70' });
        at(cdr, 'settlement')['payable'] = '6.70';
      },
    },
    ['cdr re-rating'],
  ],
  [
    'another price in the tariff than was rated',
    { cdr: (cdr) => (at(cdr, 'tariff', 'elements', 0, 'price_components', 0)['price'] = '0.286') },
    ['cdr re-rating', 'cdr agreed tariff'],
  ],
  [
    'a price that was rated but never agreed',
    {
      measured: (cdr) => (at(cdr, 'tariff', 'elements', 0, 'price_components', 0)['price'] = '0.3'),
    },
    ['cdr agreed tariff'],
  ],
  [
    'a price that the visited utility agreed with itself',
    { tariffKey: VISITED.crp },
    ['cdr tariff signature of home'],
  ],
  [
    'a price that home alone signed',
    {
      measured: (cdr) =>
        (at(cdr, 'agreedTariff')['signatures'] = [at(cdr, 'agreedTariff', 'signatures', 1)]),
    },
    ['cdr tariff signature of visited'],
  ],
  [
    'a price agreed for another class',
    { agreedTariff: (agreed) => (agreed['customerClass'] = 'commercial') },
    ['cdr agreed tariff'],
  ],
  [
    'a price agreed for another pair',
    { agreedTariff: (agreed) => (agreed['homeUtility'] = 'georgia-power') },
    ['cdr agreed tariff'],
  ],
  [
    'a price that had run out when it was quoted',
    { agreedTariff: (agreed) => (agreed['notAfter'] = '2026-11-21T09:00:00Z') },
    ['cdr agreed tariff'],
  ],
  [
    'another rounding than was used',
    { cdr: (cdr) => (cdr['rounding'] = 'down') },
    ['cdr re-rating'],
  ],
  [
    'another currency',
    { cdr: (cdr) => (cdr['currency'] = 'CAD') },
    ['cdr on invoice', 'cdr re-rating'],
  ],
  [
    'splits of another base',
    { cdr: (cdr) => (at(cdr, 'settlement')['base'] = '6.00') },
    ['cdr figures'],
  ],
  [
    'a register that does not reach the period’s end',
    { measured: (cdr) => (at(cdr, 'meter')['stopWh'] = '20000') },
    ['cdr metering'],
  ],
  [
    'energy beyond the registers of its period',
    { measured: (cdr) => (at(cdr, 'periods', 0)['energyWh'] = '25000') },
    ['cdr metering'],
  ],
  ['another total of energy', { cdr: (cdr) => (cdr['energyKwh'] = '20.001') }, ['cdr metering']],
  [
    'a mandate of another consumer',
    { measured: (cdr) => (cdr['pseudonym'] = 'p-78') },
    ['cdr entitlement'],
  ],
  [
    'an agreed tariff that the mandate does not name',
    { measured: (cdr) => (at(cdr, 'agreedTariff')['documentHash'] = 'd'.repeat(64)) },
    ['cdr agreed tariff', 'cdr entitlement'],
  ],
  [
    'a consent changed after it was given',
    { measured: (cdr) => (at(cdr, 'consent', 'document')['channel'] = 'ocpp') },
    ['cdr entitlement', 'cdr consent signature'],
  ],
  [
    'a quote that names another mandate, signed',
    {
      measured: (cdr) => {
        const quote = { ...at(cdr, 'quote', 'document'), mandateHash: 'e'.repeat(64) };
        cdr['quote'] = signedBy(VISITED.aaa, quote);
        const consent = {
          ...at(cdr, 'consent', 'document'),
          quoteHash: documentHash(quote, sha256),
        };
        cdr['consent'] = signedBy(VISITED.aaa, consent);
      },
    },
    ['cdr entitlement'],
  ],
  [
    'a quote signed by home',
    {
      measured: (cdr) => {
        const quote = signedBy({ ...HOME.settlement, kid: 'aaa-1' }, at(cdr, 'quote', 'document'));
        cdr['quote'] = quote;
      },
    },
    ['cdr quote signature'],
  ],
  [
    'a mandate that the visited utility signed for home',
    { mandateKey: { ...VISITED.settlement, kid: 'profiles-1' } },
    ['cdr mandate signature'],
  ],
  [
    'no mandate at all',
    { measured: (cdr) => delete cdr['mandate'] },
    ['cdr entitlement', 'cdr quote signature', 'cdr consent signature', 'cdr mandate signature'],
  ],
  [
    'a tariff that no engine can read',
    { cdr: (cdr) => (at(cdr, 'tariff')['elements'] = []) },
    ['cdr re-rating', 'cdr agreed tariff'],
  ],
];

describe('false documents, signed by who issued them', () => {
  it.each(FALSE_DOCUMENTS)('%s', async (_, edits, failing) => {
    const outcome = await verifyWorld(signedWorld(edits));
    expect(namesOf('FAIL', outcome)).toEqual(failing);
    expect(namesOf('ok', outcome)).toEqual(ALL_CHECKS.filter((name) => !failing.includes(name)));
    expect(outcome.status).toBe(1);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { BankStatement } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { readCamtStatement } from '../src/bank/camt-statement.js';
import { readCsvStatement } from '../src/bank/csv-statement.js';

const balance = (code: string, amount: string, indicator = 'CRDT'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">${amount}</Amt>` +
  `<CdtDbtInd>${indicator}</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>`;

const transaction = (id: string, more = ''): string =>
  `<TxDtls><Refs><AcctSvcrRef>B-1</AcctSvcrRef><EndToEndId>${id}</EndToEndId></Refs>${more}</TxDtls>`;

interface Told {
  readonly indicator?: string;
  readonly amount?: string;
  readonly status?: string;
  readonly details?: string;
  readonly more?: string;
}

const entry = ({
  indicator = 'CRDT',
  amount = '7.90',
  status = '<Cd>BOOK</Cd>',
  details = transaction('E2E-1'),
  more = '',
}: Told = {}): string =>
  `<Ntry><Amt Ccy="USD">${amount}</Amt><CdtDbtInd>${indicator}</CdtDbtInd>${more}` +
  `<Sts>${status}</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>B-0</AcctSvcrRef>` +
  `<NtryDtls>${details}</NtryDtls></Ntry>`;

const camt = (entries: string, closing = '107.90', around = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>${around}` +
  '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>' +
  '<GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S-1</Id>' +
  '<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>USD</Ccy></Acct>' +
  `${balance('OPBD', '100.00')}${balance('CLBD', closing)}${entries}</Stmt>` +
  '</BkToCstmrStmt></Document>';

const refusal = (read: () => BankStatement): unknown => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return [error.code, error.fields[0]?.path];
  }
};

describe('a camt.053 statement', () => {
  it('is read with account, balances and booked movements', () => {
    const remitted = '<RmtInf><Ustrd>settlement 1 &amp; fees</Ustrd></RmtInf>';
    expect(
      readCamtStatement(
        camt(
          entry({ details: transaction('E2E-1', remitted) }) +
            entry({ indicator: 'DBIT', status: 'PDNG' }),
        ),
      ),
    ).toEqual({
      statementId: 'S-1',
      account: 'DE02120300000000202051',
      currency: 'USD',
      openingBalance: '100.00',
      closingBalance: '107.90',
      entries: [
        {
          reference: 'B-1',
          endToEndId: 'E2E-1',
          direction: 'credit',
          amount: '7.90',
          isReturn: false,
          bookedAt: '2026-11-20T00:00:00Z',
          remittance: 'settlement 1 & fees',
        },
      ],
    });
  });

  it('tells a batch by its transactions, and a return by the bank’s word', () => {
    const part = (id: string, amount: string): string =>
      transaction(id, `<Amt Ccy="USD">${amount}</Amt>`);
    const batch = entry({ details: part('A', '3.00') + part('B', '4.90') });
    const returned = entry({ details: transaction('C', '<RtrInf><Rsn/></RtrInf>') });
    const reversed = entry({ more: '<RvslInd>true</RvslInd>', status: 'BOOK' });
    const { entries } = readCamtStatement(camt(batch + returned + reversed));
    expect(
      entries.map(({ endToEndId, amount, isReturn }) => [endToEndId, amount, isReturn]),
    ).toEqual([
      ['A', '3.00', false],
      ['B', '4.90', false],
      ['C', '7.90', true],
      ['E2E-1', '7.90', true],
    ]);
  });

  it('has an overdrawn balance below zero, and no reference where none was given', () => {
    const xml = camt(entry({ details: transaction('NOTPROVIDED') })).replace(
      balance('OPBD', '100.00'),
      balance('OPBD', '5.00', 'DBIT'),
    );
    expect(readCamtStatement(xml)).toMatchObject({
      openingBalance: '-5.00',
      entries: [{ endToEndId: null }],
    });
  });

  const laughs =
    '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>';
  const outside = '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>';

  it.each([
    ['a billion laughs', camt(entry(), '107.90', laughs), ''],
    ['an entity that nobody declared', camt(entry()).replace('S-1', '&lol;'), ''],
    ['an entity from outside', camt(entry(), '107.90', outside), ''],
    ['a document type', camt(entry(), '107.90', '<!DOCTYPE Document>'), ''],
    ['an element that never ends', camt(entry()).replace('</Stmt>', ''), ''],
    ['nothing', '', ''],
    ['JSON', '{"statementId": "S-1"}', ''],
    ['another message', '<Document><BkToCstmrDbtCdtNtfctn/></Document>', 'Document.BkToCstmrStmt'],
    ['a thousand levels', `${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}`, ''],
    ['two statements', camt(entry()).replace(/(<Stmt>.*<\/Stmt>)/s, '$1$1'), 'Stmt'],
    ['no closing balance', camt(entry()).replace(balance('CLBD', '107.90'), ''), 'Bal'],
    ['a movement in another currency', camt(entry().replace('"USD"', '"EUR"')), 'Ntry.0.Amt'],
    ['an unknown currency', camt(entry()).replaceAll('"USD"', '"XXQ"'), 'currency'],
    ['an amount with letters', camt(entry({ amount: '7,90' })), 'entries.0.amount'],
    ['an amount with an exponent', camt(entry({ amount: '7e3' })), 'entries.0.amount'],
    [
      'neither credit nor debit',
      camt(entry({ indicator: 'BOTH' })),
      'Document.BkToCstmrStmt.Stmt.0.Ntry.0.CdtDbtInd',
    ],
    ['no booking date', camt(entry().replace(/<BookgDt>.*<\/BookgDt>/, '')), 'Ntry.0.BookgDt'],
  ])('is refused: %s', (_, xml, path) => {
    expect(refusal(() => readCamtStatement(xml))).toEqual(['malformed_request', path]);
  });
});

const HEADER =
  'statementId,account,currency,openingBalance,closingBalance,reference,endToEndId,direction,amount,isReturn,bookedAt,remittance';
const LINE = 'S-1,ACC-1,USD,100.00,107.90,B-1,E2E-1,credit,7.90,,2026-11-20T00:00:00Z,"a, b"';

describe('a statement in CSV', () => {
  it('is read, a line a movement', () => {
    expect(readCsvStatement(`${HEADER}\r\n${LINE}\r\n`)).toEqual({
      statementId: 'S-1',
      account: 'ACC-1',
      currency: 'USD',
      openingBalance: '100.00',
      closingBalance: '107.90',
      entries: [
        {
          reference: 'B-1',
          endToEndId: 'E2E-1',
          direction: 'credit',
          amount: '7.90',
          isReturn: false,
          bookedAt: '2026-11-20T00:00:00Z',
          remittance: 'a, b',
        },
      ],
    });
    const quiet = readCsvStatement(`${HEADER}\nS-2,ACC-1,USD,1.00,1.00,,,,,,,\n`);
    expect(quiet.entries).toEqual([]);
  });

  it.each([
    ['nothing', '', '1'],
    ['a header alone', HEADER, '2'],
    ['a column too few', `${HEADER.replace(',remittance', '')}\n${LINE}`, '1'],
    ['a column too many', `${HEADER},iban\n${LINE},x`, '1'],
    ['a short line', `${HEADER}\nS-1,ACC-1`, '2'],
    ['two statements', `${HEADER}\n${LINE}\n${LINE.replace('S-1', 'S-2')}`, '3'],
    ['an open quote', `${HEADER}\n${LINE.replace('"a, b"', '"a')}`, '2'],
    [
      'a direction that is none',
      `${HEADER}\n${LINE.replace('credit', 'up')}`,
      'entries.0.direction',
    ],
    ['a float', `${HEADER}\n${LINE.replace(',7.90,', ',7.9e0,')}`, 'entries.0.amount'],
    ['a day without a time', `${HEADER}\n${LINE.replace('T00:00:00Z', '')}`, 'entries.0.bookedAt'],
    [
      'a return that may be',
      `${HEADER}\n${LINE.replace(',,2026', ',maybe,2026')}`,
      'entries.0.isReturn',
    ],
  ])('is refused: %s', (_, text, path) => {
    expect(refusal(() => readCsvStatement(text))).toEqual(['malformed_request', path]);
  });
});

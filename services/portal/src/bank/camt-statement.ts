import { bankStatement, type BankStatement, type StatementEntry } from '@roamgrid/contracts';
import { z } from 'zod';
import { readShape, refuseStatement } from './refuse-statement.js';
import { readXml } from './read-xml.js';

const LISTS: ReadonlySet<string> = new Set(['Stmt', 'Bal', 'Ntry', 'NtryDtls', 'TxDtls', 'Ustrd']);

const text = z.string();
const amount = z.looseObject({ '#text': z.string(), '@Ccy': z.string() });
const direction = z.enum(['CRDT', 'DBIT']);
const day = z.looseObject({ Dt: z.string().optional(), DtTm: z.string().optional() });
const references = z.looseObject({
  EndToEndId: text.optional(),
  AcctSvcrRef: text.optional(),
});
const transaction = z.looseObject({
  Refs: references.optional(),
  Amt: amount.optional(),
  AmtDtls: z.looseObject({ TxAmt: z.looseObject({ Amt: amount }).optional() }).optional(),
  CdtDbtInd: direction.optional(),
  RtrInf: z.unknown().optional(),
  RmtInf: z.looseObject({ Ustrd: z.array(text).optional() }).optional(),
});
const entry = z.looseObject({
  Amt: amount,
  CdtDbtInd: direction,
  RvslInd: z.string().optional(),
  // a code since version 4, a word before
  Sts: z.union([z.string(), z.looseObject({ Cd: z.string() })]),
  BookgDt: day.optional(),
  AcctSvcrRef: text.optional(),
  BkTxCd: z.unknown().optional(),
  NtryDtls: z
    .array(z.looseObject({ TxDtls: z.array(transaction).optional() }).or(z.literal('')))
    .optional(),
});
type Entry = z.output<typeof entry>;
type Transaction = z.output<typeof transaction>;

const balance = z.looseObject({
  Tp: z.looseObject({ CdOrPrtry: z.looseObject({ Cd: z.string().optional() }) }),
  Amt: amount,
  CdtDbtInd: direction,
});
const statement = z.looseObject({
  Id: text,
  Acct: z.looseObject({
    Id: z.union([
      z.looseObject({ IBAN: text }),
      z.looseObject({ Othr: z.looseObject({ Id: text }) }),
    ]),
  }),
  Bal: z.array(balance),
  Ntry: z.array(entry).default([]),
});
type Statement = z.output<typeof statement>;

const file = z.looseObject({
  Document: z.looseObject({ BkToCstmrStmt: z.looseObject({ Stmt: z.array(statement) }) }),
});

/**
 * Reads ISO 20022 camt.053 (bank to customer statement), one statement a file; booked entries only. A batch entry
 * is read by its transactions, whose amounts have to sum to it.
 *
 * @throws RoamgridError `malformed_request`, naming the member; never a content
 */
export function readCamtStatement(xml: string): BankStatement {
  const { Stmt } = readShape(file, readXml(xml, LISTS)).Document.BkToCstmrStmt;
  const [only, ...more] = Stmt;
  if (only === undefined || more.length > 0) {
    return refuseStatement('Stmt', 'one statement a message');
  }
  const { currency, opening, closing } = balancesOf(only);
  return readShape(bankStatement, {
    statementId: only.Id,
    account: 'IBAN' in only.Acct.Id ? only.Acct.Id.IBAN : only.Acct.Id.Othr.Id,
    currency,
    openingBalance: opening,
    closingBalance: closing,
    entries: only.Ntry.flatMap((one, index) => entriesOf(one, `Ntry.${String(index)}`, currency)),
  });
}

function balancesOf({ Bal }: Statement) {
  const named = (...codes: string[]): z.output<typeof balance> => {
    const found = Bal.find(({ Tp }) => codes.includes(Tp.CdOrPrtry.Cd ?? ''));
    return found ?? refuseStatement('Bal', `no balance ${codes.join(' or ')}`);
  };
  const signed = ({ Amt, CdtDbtInd }: z.output<typeof balance>): string =>
    CdtDbtInd === 'DBIT' ? `-${Amt['#text']}` : Amt['#text'];
  const [opening, closing] = [named('OPBD', 'PRCD'), named('CLBD')];
  const currency = closing.Amt['@Ccy'];
  if (opening.Amt['@Ccy'] !== currency) {
    return refuseStatement('Bal', 'balances are in two currencies');
  }
  return { currency, opening: signed(opening), closing: signed(closing) };
}

const RETURN_CODE = /"(?:RRTN|CRTN|DRTN)"/;

function entriesOf(one: Entry, path: string, currency: string): StatementEntry[] {
  const status = typeof one.Sts === 'string' ? one.Sts : one.Sts.Cd;
  if (status !== 'BOOK') return [];
  if (one.Amt['@Ccy'] !== currency) return refuseStatement(`${path}.Amt`, 'another currency');
  const booked = one.BookgDt;
  if (booked === undefined) return refuseStatement(`${path}.BookgDt`, 'is missing');
  const whole = {
    reference: one.AcctSvcrRef ?? null,
    endToEndId: null,
    direction: directionOf(one.CdtDbtInd),
    amount: one.Amt['#text'],
    isReturn: one.RvslInd === 'true' || RETURN_CODE.test(JSON.stringify(one.BkTxCd ?? null)),
    bookedAt: booked.DtTm ?? `${booked.Dt ?? ''}T00:00:00Z`,
    remittance: null,
  };
  const transactions = (one.NtryDtls ?? []).flatMap((details) =>
    typeof details === 'string' ? [] : (details.TxDtls ?? []),
  );
  const [first, ...more] = transactions;
  if (first === undefined) return [whole];
  if (more.length === 0) return [{ ...whole, ...detailsOf(first, whole) }];
  return transactions.map((part, index) => {
    const told = part.Amt ?? part.AmtDtls?.TxAmt?.Amt;
    if (told === undefined || told['@Ccy'] !== currency) {
      return refuseStatement(`${path}.TxDtls.${String(index)}.Amt`, 'no amount in its currency');
    }
    return {
      ...whole,
      ...detailsOf(part, whole),
      amount: told['#text'],
      direction: directionOf(part.CdtDbtInd ?? one.CdtDbtInd),
    };
  });
}

function detailsOf(
  { Refs, RtrInf, RmtInf }: Transaction,
  whole: StatementEntry,
): Pick<StatementEntry, 'reference' | 'endToEndId' | 'isReturn' | 'remittance'> {
  const endToEndId = Refs?.EndToEndId ?? '';
  const remittance = (RmtInf?.Ustrd ?? []).join(' ').slice(0, 300);
  return {
    reference: Refs?.AcctSvcrRef ?? whole.reference,
    endToEndId: endToEndId === '' || endToEndId === 'NOTPROVIDED' ? null : endToEndId,
    isReturn: whole.isReturn || RtrInf !== undefined,
    remittance: remittance === '' ? null : remittance,
  };
}

const directionOf = (indicator: 'CRDT' | 'DBIT'): 'credit' | 'debit' =>
  indicator === 'CRDT' ? 'credit' : 'debit';

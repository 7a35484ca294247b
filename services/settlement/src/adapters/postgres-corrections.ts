import type {
  SignedBill,
  SignedBillCredit,
  SignedCdrCredit,
  SignedWriteOff,
} from '@roamgrid/contracts';
import type { SignedDocument } from '@roamgrid/documents';
import type { CurrencyCode } from '@roamgrid/kernel';
import type { Transaction } from '@roamgrid/persistence';
import type {
  BillCreditRecord,
  CorrectionBook,
  Proposal,
  WriteOffRecord,
} from '../correction-ports.js';
import type { CdrOrigin, RetailCharge } from '../records.js';
import { toCharge, type ChargeRow } from './charge-row.js';
import { fromRow, toColumns, type DocumentRow } from './stored-document.js';

type Nullable<Row> = { readonly [Name in keyof Row]: Row[Name] | null };

interface WriteOffRow extends Nullable<DocumentRow> {
  readonly note: string;
  readonly proposed_by: string;
}

interface BillCreditRow extends Nullable<DocumentRow> {
  readonly bill_credit_id: string;
  readonly bill_id: string;
  readonly reason: string;
  readonly currency: CurrencyCode;
  readonly total_minor: bigint;
  readonly proposed_by: string;
  readonly cdr_ids: readonly string[];
}

function signedIn<Document>(row: Nullable<DocumentRow>): SignedDocument<Document> | null {
  const { document, document_hash, signature } = row;
  if (document === null || document_hash === null || signature === null) return null;
  return fromRow<Document>({ document, document_hash, signature });
}

const BILL_CREDITS = `SELECT bill_credit.*,
    array(SELECT cdr_id FROM bill_credit_line AS line
           WHERE line.bill_credit_id = bill_credit.bill_credit_id ORDER BY cdr_id) AS cdr_ids
  FROM bill_credit`;

function toBillCredit(row: BillCreditRow): BillCreditRecord {
  return {
    billCreditId: row.bill_credit_id,
    billId: row.bill_id,
    currency: row.currency,
    totalMinor: row.total_minor,
    cdrIds: row.cdr_ids,
    note: row.reason,
    proposedBy: row.proposed_by,
    signed: signedIn<SignedBillCredit['document']>(row),
  };
}

export class PostgresCorrections implements CorrectionBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async findCredit(cdrId: string): Promise<SignedCdrCredit | null> {
    const [row] = await this.#tx.query<DocumentRow>(
      'SELECT document, document_hash, signature FROM cdr_credit WHERE cdr_id = $1',
      [cdrId],
    );
    return row === undefined ? null : fromRow(row);
  }

  async creditsOf(sessionId: string): Promise<SignedCdrCredit[]> {
    const rows = await this.#tx.query<DocumentRow>(
      'SELECT document, document_hash, signature FROM cdr_credit WHERE session_id = $1',
      [sessionId],
    );
    return rows.map((row) => fromRow(row));
  }

  async addCredit(credit: SignedCdrCredit): Promise<void> {
    const { cdrId, sessionId, correctedBy } = credit.document;
    await this.#tx.query(
      `INSERT INTO cdr_credit (cdr_id, session_id, corrected_by, document, document_hash, signature)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [cdrId, sessionId, correctedBy, ...toColumns(credit)],
    );
    await this.#tx.query("UPDATE cdr SET state = 'credited' WHERE cdr_id = $1", [cdrId]);
  }

  async originOf(cdrId: string): Promise<CdrOrigin | null> {
    const [row] = await this.#tx.query<CdrOrigin>(
      `SELECT charge_hash AS "chargeHash", provider,
              provider_share_minor AS "providerShareMinor",
              provider_share_percentage AS "providerSharePercentage"
         FROM cdr WHERE cdr_id = $1 AND charge_hash IS NOT NULL
          AND provider_share_percentage IS NOT NULL`,
      [cdrId],
    );
    return row ?? null;
  }

  async findWriteOff(cdrId: string): Promise<WriteOffRecord | null> {
    const [row] = await this.#tx.query<WriteOffRow>(
      'SELECT * FROM cdr_write_off WHERE cdr_id = $1',
      [cdrId],
    );
    if (row === undefined) return null;
    const signed = signedIn<SignedWriteOff['document']>(row);
    return { note: row.note, proposedBy: row.proposed_by, signed };
  }

  async proposeWriteOff(cdrId: string, proposal: Proposal, atMs: number): Promise<void> {
    await this.#tx.query(
      `INSERT INTO cdr_write_off (cdr_id, note, proposed_by, proposed_at)
       VALUES ($1, $2, $3, $4)`,
      [cdrId, proposal.note, proposal.proposedBy, new Date(atMs)],
    );
  }

  async signWriteOff(writeOff: SignedWriteOff): Promise<void> {
    const { cdrId } = writeOff.document;
    await this.#tx.query(
      `UPDATE cdr_write_off SET document = $2, document_hash = $3, signature = $4
        WHERE cdr_id = $1`,
      [cdrId, ...toColumns(writeOff)],
    );
    await this.#tx.query("UPDATE cdr SET state = 'written_off' WHERE cdr_id = $1", [cdrId]);
  }

  async addWriteOff(writeOff: SignedWriteOff): Promise<void> {
    const { cdrId, note, proposedBy, writtenOffAt } = writeOff.document;
    await this.proposeWriteOff(cdrId, { note, proposedBy }, new Date(writtenOffAt).getTime());
    await this.signWriteOff(writeOff);
  }

  async voidCharge(cdrId: string, atMs: number): Promise<void> {
    await this.#tx.query('UPDATE retail_charge SET voided_at = $2 WHERE cdr_id = $1', [
      cdrId,
      new Date(atMs),
    ]);
  }

  async findBill(billId: string): Promise<SignedBill | null> {
    const [row] = await this.#tx.query<DocumentRow>(
      'SELECT document, document_hash, signature FROM bill WHERE bill_id = $1',
      [billId],
    );
    return row === undefined ? null : fromRow(row);
  }

  async lockCreditable(billId: string): Promise<RetailCharge[]> {
    await this.#tx.query('SELECT 1 FROM bill WHERE bill_id = $1 FOR UPDATE', [billId]);
    const rows = await this.#tx.query<ChargeRow>(
      `SELECT * FROM retail_charge AS charge
        WHERE bill_id = $1 AND voided_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM bill_credit_line AS line WHERE line.cdr_id = charge.cdr_id)
        ORDER BY end_at, cdr_id FOR UPDATE`,
      [billId],
    );
    return rows.map(toCharge);
  }

  async proposeBillCredit(credit: BillCreditRecord, atMs: number): Promise<void> {
    await this.#tx.query(
      `INSERT INTO bill_credit (bill_credit_id, bill_id, state, reason, currency, total_minor,
         proposed_by, proposed_at) VALUES ($1, $2, 'proposed', $3, $4, $5, $6, $7)`,
      [
        credit.billCreditId,
        credit.billId,
        credit.note,
        credit.currency,
        credit.totalMinor,
        credit.proposedBy,
        new Date(atMs),
      ],
    );
    await this.#tx.query(
      `INSERT INTO bill_credit_line (cdr_id, bill_credit_id)
       SELECT cdr_id, $2 FROM unnest($1::text[]) AS cdr_id`,
      [credit.cdrIds, credit.billCreditId],
    );
  }

  async findBillCredit(billCreditId: string): Promise<BillCreditRecord | null> {
    const [row] = await this.#tx.query<BillCreditRow>(
      `${BILL_CREDITS} WHERE bill_credit_id = $1 FOR UPDATE`,
      [billCreditId],
    );
    return row === undefined ? null : toBillCredit(row);
  }

  async signBillCredit(credit: SignedBillCredit): Promise<void> {
    await this.#tx.query(
      `UPDATE bill_credit SET state = 'issued', document = $2, document_hash = $3, signature = $4
        WHERE bill_credit_id = $1`,
      [credit.document.billCreditId, ...toColumns(credit)],
    );
  }

  async billCreditsOf(billId: string): Promise<BillCreditRecord[]> {
    const rows = await this.#tx.query<BillCreditRow>(
      `${BILL_CREDITS} WHERE bill_id = $1 ORDER BY proposed_at, bill_credit_id`,
      [billId],
    );
    return rows.map(toBillCredit);
  }

  async brokenChains(): Promise<{ checked: number; cdrIds: string[] }> {
    const rows = await this.#tx.query<{ cdr_id: string; holds: boolean }>(
      `SELECT cdr.cdr_id,
              credit.cdr_id IS NOT NULL
          AND (credit.corrected_by IS NULL OR successor.cdr_id IS NOT NULL) AS holds
         FROM cdr LEFT JOIN cdr_credit AS credit USING (cdr_id)
         LEFT JOIN cdr AS successor
           ON successor.cdr_id = credit.corrected_by AND successor.session_id = cdr.session_id
        WHERE cdr.state = 'credited'`,
    );
    return {
      checked: rows.length,
      cdrIds: rows.filter((row) => !row.holds).map((row) => row.cdr_id),
    };
  }
}

import type {
  SettlementDifference,
  SettlementDocument,
  SignedSettlement,
} from '@roamgrid/contracts';
import type { CurrencyCode } from '@roamgrid/kernel';
import { json, type Transaction } from '@roamgrid/persistence';
import { canonicalText } from '../documents/canonical-text.js';
import type { SettlementBook } from '../netting/ports.js';
import type { NettableInvoice, SettlementRecord, SettlementState } from '../netting/records.js';
import { NETTABLE, toNettable, type NettableRow } from './nettable-invoices.js';

interface SettlementRow {
  readonly partner: string;
  readonly state: SettlementState;
  readonly document: string;
  readonly document_hash: string;
  readonly signatures: SignedSettlement['signatures'];
  readonly differences: readonly SettlementDifference[];
}

const COLUMNS = 'partner, state, document, document_hash, signatures, differences';

function toRecord(row: SettlementRow): SettlementRecord {
  return {
    settlement: {
      document: JSON.parse(row.document) as SettlementDocument,
      documentHash: row.document_hash,
      signatures: row.signatures,
    },
    partner: row.partner,
    state: row.state,
    differences: row.differences,
  };
}

export class PostgresSettlements implements SettlementBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  find(settlementId: string): Promise<SettlementRecord | null> {
    return this.#one('settlement_id = $1', [settlementId]);
  }

  lock(settlementId: string): Promise<SettlementRecord | null> {
    return this.#one('settlement_id = $1 FOR UPDATE', [settlementId]);
  }

  async add(
    { settlement, partner, state }: Omit<SettlementRecord, 'differences'>,
    taken: readonly { readonly invoiceId: string; readonly minor: bigint }[],
  ): Promise<void> {
    const { document, documentHash, signatures } = settlement;
    await this.#tx.query(
      `INSERT INTO settlement (settlement_id, partner, currency, sequence, state, document,
         document_hash, signatures, proposed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        document.settlementId,
        partner,
        document.currency,
        document.sequence,
        state,
        canonicalText(document),
        documentHash,
        json(signatures),
        document.proposedAt,
      ],
    );
    await this.#tx.query(
      `INSERT INTO settlement_item (settlement_id, invoice_id, amount_minor)
       SELECT $1, invoice_id, amount
         FROM unnest($2::text[], $3::bigint[]) AS item (invoice_id, amount)`,
      [
        document.settlementId,
        taken.map(({ invoiceId }) => invoiceId),
        taken.map(({ minor }) => String(minor)),
      ],
    );
  }

  async setState(settlementId: string, state: SettlementState): Promise<void> {
    await this.#tx.query('UPDATE settlement SET state = $2 WHERE settlement_id = $1', [
      settlementId,
      state,
    ]);
  }

  async setCosigned({ document, signatures }: SignedSettlement): Promise<void> {
    await this.#tx.query('UPDATE settlement SET signatures = $2 WHERE settlement_id = $1', [
      document.settlementId,
      json(signatures),
    ]);
  }

  async setDifferences(
    settlementId: string,
    differences: readonly SettlementDifference[],
  ): Promise<void> {
    await this.#tx.query('UPDATE settlement SET differences = $2 WHERE settlement_id = $1', [
      settlementId,
      json(differences),
    ]);
  }

  openProposal(partner: string, currency: CurrencyCode): Promise<SettlementRecord | null> {
    return this.#one("partner = $1 AND currency = $2 AND state = 'proposed' FOR UPDATE", [
      partner,
      currency,
    ]);
  }

  async openProposals(): Promise<SettlementRecord[]> {
    const rows = await this.#tx.query<SettlementRow>(
      `SELECT ${COLUMNS} FROM settlement WHERE state = 'proposed' ORDER BY proposed_at`,
    );
    return rows.map(toRecord);
  }

  async lastSequence(partner: string, currency: CurrencyCode): Promise<number> {
    const [row] = await this.#tx.query<{ last: number | null }>(
      `SELECT max(sequence) AS last FROM settlement
        WHERE partner = $1 AND currency = $2 AND state IN ('agreed', 'paying', 'settled')`,
      [partner, currency],
    );
    return row?.last ?? 0;
  }

  async nettable(partner: string, currency: CurrencyCode): Promise<NettableInvoice[]> {
    const rows = await this.#tx.query<NettableRow>(
      `${NETTABLE} AND invoice.partner = $1 AND invoice.currency = $2`,
      [partner, currency],
    );
    return rows.map(toNettable);
  }

  async allNettable(): Promise<NettableInvoice[]> {
    const rows = await this.#tx.query<NettableRow>(
      `${NETTABLE} ORDER BY invoice.partner, invoice.currency`,
    );
    return rows.map(toNettable);
  }

  async takenOf(settlementId: string): Promise<{ invoiceId: string; minor: bigint }[]> {
    return this.#tx.query<{ invoiceId: string; minor: bigint }>(
      `SELECT invoice_id AS "invoiceId", amount_minor AS minor FROM settlement_item
        WHERE settlement_id = $1 ORDER BY invoice_id`,
      [settlementId],
    );
  }

  async settledOf(invoiceId: string): Promise<bigint> {
    const [row] = await this.#tx.query<{ minor: bigint }>(
      `SELECT coalesce(sum(amount_minor), 0)::bigint AS minor
         FROM settlement_item JOIN settlement USING (settlement_id)
        WHERE invoice_id = $1 AND state = 'settled'`,
      [invoiceId],
    );
    return row?.minor ?? 0n;
  }

  async idsAfter(settlementId: string, limit: number): Promise<string[]> {
    const rows = await this.#tx.query<{ settlement_id: string }>(
      `SELECT settlement_id FROM settlement WHERE settlement_id > $1
        ORDER BY settlement_id LIMIT $2`,
      [settlementId, limit],
    );
    return rows.map((row) => row.settlement_id);
  }

  async #one(condition: string, parameters: readonly string[]): Promise<SettlementRecord | null> {
    const [row] = await this.#tx.query<SettlementRow>(
      `SELECT ${COLUMNS} FROM settlement WHERE ${condition}`,
      [...parameters],
    );
    return row === undefined ? null : toRecord(row);
  }
}

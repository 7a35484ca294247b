import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BILLING_TABLES } from './billing-tables.js';
import { CDR_TABLES } from './cdr-tables.js';
import { JOURNAL_TABLES } from './journal-tables.js';

/** The books of one utility. Documents are kept as their canonical text, the bytes that were signed. */
export class CreateSettlement implements MigrationInterface {
  readonly name = 'CreateSettlement1700000000400';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...CDR_TABLES, ...BILLING_TABLES, ...JOURNAL_TABLES]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE journal_line, journal_entry, ledger_intent, credit_reservation, credit_entry,
        credit_account, retail_charge, bill, credit_note, invoice_answer, invoice_line, invoice,
        held_charge, quarantined_document, cdr_answer, cdr, number_series, direction`);
    await runner.query('DROP FUNCTION refuse_unbalanced_entry(), refuse_change()');
  }
}

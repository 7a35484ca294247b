import type { MigrationInterface, QueryRunner } from 'typeorm';

const KINDS = "'charge', 'chargePayment', 'chargeReversal', 'bill', 'billCredit'";

/** Each charge leaves for customer billing by itself; what bills had told before stays told by them. */
export class FeedCharges implements MigrationInterface {
  readonly name = 'FeedCharges1795281000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE billing_feed
        ALTER COLUMN bill_id DROP NOT NULL,
        ADD COLUMN cdr_id text,
        ADD COLUMN collect_minor bigint,
        DROP CONSTRAINT billing_feed_kind_check`);
    await runner.query('UPDATE billing_feed SET collect_minor = due_minor');
    await runner.query(`
      ALTER TABLE billing_feed
        ALTER COLUMN collect_minor SET NOT NULL,
        ADD CONSTRAINT billing_feed_kind_check CHECK (kind IN (${KINDS})),
        ADD CONSTRAINT billing_feed_subject CHECK ((bill_id IS NULL) <> (cdr_id IS NULL))`);
    await runner.query('CREATE INDEX billing_feed_charge ON billing_feed (cdr_id, feed_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM billing_feed WHERE cdr_id IS NOT NULL');
    await runner.query(`
      ALTER TABLE billing_feed
        DROP CONSTRAINT billing_feed_subject,
        DROP CONSTRAINT billing_feed_kind_check,
        DROP COLUMN cdr_id,
        DROP COLUMN collect_minor,
        ALTER COLUMN bill_id SET NOT NULL,
        ADD CONSTRAINT billing_feed_kind_check CHECK (kind IN ('bill', 'billCredit'))`);
  }
}

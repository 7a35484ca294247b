import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A reservation belongs to a mandate, whichever session comes to charge under it. A mandate whose credit is
 * given back before it was reserved has a row too, without consumer and amount, so that it stays given back.
 */
export class ReserveByMandate implements MigrationInterface {
  readonly name = 'ReserveByMandate1732190000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE credit_reservation RENAME COLUMN reservation_id TO mandate_id');
    // drops its index too
    await runner.query('ALTER TABLE credit_reservation DROP COLUMN session_id');
    await runner.query('ALTER TABLE credit_reservation ALTER COLUMN consumer_id DROP NOT NULL');
    await runner.query(
      'ALTER TABLE credit_reservation DROP CONSTRAINT credit_reservation_amount_minor_check',
    );
    await runner.query(
      `ALTER TABLE credit_reservation ADD CONSTRAINT credit_reservation_whole
         CHECK (state = 'released' OR (consumer_id IS NOT NULL AND amount_minor > 0))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM credit_reservation WHERE consumer_id IS NULL');
    await runner.query('ALTER TABLE credit_reservation DROP CONSTRAINT credit_reservation_whole');
    await runner.query(
      `ALTER TABLE credit_reservation ADD CONSTRAINT credit_reservation_amount_minor_check
         CHECK (amount_minor > 0)`,
    );
    await runner.query('ALTER TABLE credit_reservation ALTER COLUMN consumer_id SET NOT NULL');
    await runner.query('ALTER TABLE credit_reservation ADD COLUMN session_id text');
    await runner.query('UPDATE credit_reservation SET session_id = mandate_id');
    await runner.query('ALTER TABLE credit_reservation ALTER COLUMN session_id SET NOT NULL');
    await runner.query(
      'CREATE INDEX credit_reservation_session ON credit_reservation (session_id)',
    );
    await runner.query('ALTER TABLE credit_reservation RENAME COLUMN mandate_id TO reservation_id');
  }
}

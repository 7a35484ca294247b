import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When somebody set out to call a station: until the call is there, nobody else makes it. */
export class TimeCancellations implements MigrationInterface {
  readonly name = 'TimeCancellations1795320000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE reservation_cancellations ADD COLUMN claimed_at timestamptz NOT NULL DEFAULT now()',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE reservation_cancellations DROP COLUMN claimed_at');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys of a station's meters, each signed for the record that names it: they go to home with a charge. */
export class RegisterMeters implements MigrationInterface {
  readonly name = 'RegisterMeters1795300000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE stations ADD COLUMN meters jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stations DROP COLUMN meters');
  }
}

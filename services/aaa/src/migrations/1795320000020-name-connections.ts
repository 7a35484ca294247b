import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which of a station's connections a frame went over, so that it shows that there was one at a time. */
export class NameConnections implements MigrationInterface {
  readonly name = 'NameConnections1795320000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE wire_log ADD COLUMN connection_id uuid');
    await runner.query(
      `CREATE INDEX wire_log_connected ON wire_log (station_id, at)
        WHERE raw = '[connected]' AND connection_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX wire_log_connected');
    await runner.query('ALTER TABLE wire_log DROP COLUMN connection_id');
  }
}

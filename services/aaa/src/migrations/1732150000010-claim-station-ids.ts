import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A station's id is claimed here before the other utilities are asked whether they have it. */
export class ClaimStationIds implements MigrationInterface {
  readonly name = 'ClaimStationIds1732150000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE station_claims (station_id text PRIMARY KEY, claimed_at timestamptz NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE station_claims');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Partners whose drivers get no first visits for what their home owes. */
export class CreatePartnerStandings implements MigrationInterface {
  readonly name = 'CreatePartnerStandings1732150000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE partner_standings (
         partner text PRIMARY KEY,
         standing text NOT NULL CHECK (standing IN ('served', 'suspended'))
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE partner_standings');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Up to which amount one person may credit a driver: the utility's own policy, in versions. */
export class KeepApprovalLimits implements MigrationInterface {
  readonly name = 'KeepApprovalLimits1795281000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE approval_limit (
        currency text NOT NULL,
        version integer NOT NULL,
        one_person_up_to_minor bigint NOT NULL CHECK (one_person_up_to_minor >= 0),
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL,
        approved_by text CHECK (approved_by <> proposed_by),
        approved_at timestamptz,
        PRIMARY KEY (currency, version),
        CHECK ((approved_by IS NULL) = (approved_at IS NULL))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE approval_limit');
  }
}

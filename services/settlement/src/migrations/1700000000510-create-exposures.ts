import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each partner owes, kept beside the journal, with the limits on it. */
export class CreateExposures implements MigrationInterface {
  readonly name = 'CreateExposures1700000000510';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE partner_exposure (
        partner text NOT NULL,
        currency text NOT NULL,
        exposure_minor bigint NOT NULL DEFAULT 0,
        warn_at_minor bigint CHECK (warn_at_minor >= 0),
        suspend_at_minor bigint CHECK (suspend_at_minor >= warn_at_minor),
        state text NOT NULL DEFAULT 'within' CHECK (state IN ('within', 'warned', 'suspended')),
        since timestamptz,
        PRIMARY KEY (partner, currency)
      )`,
    );
    await runner.query(
      `INSERT INTO partner_exposure (partner, currency, exposure_minor)
       SELECT split_part(account, ':', 3), currency, sum(amount_minor) FROM journal_line
        WHERE account ~ '^(receivable:delivered|receivable:invoiced|settlement:clearing):'
        GROUP BY 1, 2`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE partner_exposure');
  }
}

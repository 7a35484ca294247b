import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An item of suspense may end as bill or as credit too. */
export class EndSuspenseAsBillOrCredit implements MigrationInterface {
  readonly name = 'EndSuspenseAsBillOrCredit1795267200000';

  async up(runner: QueryRunner): Promise<void> {
    await this.#allow(runner, "'open', 'joined', 'written_off', 'billed', 'credited'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.#allow(runner, "'open', 'joined', 'written_off'");
  }

  async #allow(runner: QueryRunner, states: string): Promise<void> {
    await runner.query('ALTER TABLE suspense DROP CONSTRAINT suspense_state_check');
    await runner.query(
      `ALTER TABLE suspense ADD CONSTRAINT suspense_state_check CHECK (state IN (${states}))`,
    );
  }
}

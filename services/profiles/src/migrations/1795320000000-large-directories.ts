import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A home with a hundred thousand cards: what changed is found by an index, in order. */
export class LargeDirectories implements MigrationInterface {
  readonly name = 'LargeDirectories1795320000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX credentials_revision ON credentials (revision)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX credentials_revision');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  // a dispute that visited rejects may be withdrawn: home answers twice
  'ALTER TABLE invoice_answer DROP CONSTRAINT invoice_answer_pkey',
  'ALTER TABLE invoice_answer ADD COLUMN answer_id bigserial',
  'ALTER TABLE invoice_answer ADD PRIMARY KEY (invoice_id, document_hash)',
  `CREATE TABLE dispute_answer (
     invoice_id text PRIMARY KEY REFERENCES invoice (invoice_id),
     document text NOT NULL,
     document_hash text NOT NULL,
     signature text NOT NULL
   )`,
  'ALTER TABLE invoice ADD COLUMN dispute_window_days integer CHECK (dispute_window_days >= 0)',
  `ALTER TABLE invoice ADD COLUMN silence_means text
     CHECK (silence_means IN ('acceptance', 'dispute'))`,
  'ALTER TABLE invoice ADD COLUMN by_silence boolean NOT NULL DEFAULT false',
  `CREATE INDEX invoice_unanswered ON invoice (issued_at)
     WHERE state = 'issued' AND dispute_window_days IS NOT NULL`,
  // numbers of a partner's sequence that have not come
  `CREATE TABLE cdr_gap (
     visited_utility text NOT NULL,
     sequence integer NOT NULL,
     noticed_at timestamptz NOT NULL,
     asked_at timestamptz,
     times_asked integer NOT NULL DEFAULT 0,
     PRIMARY KEY (visited_utility, sequence)
   )`,
];

/** Disputes are answered, silence counts as agreed, and a gap in a partner's sequence is asked for. */
export class AnswerDisputes implements MigrationInterface {
  readonly name = 'AnswerDisputes1795270000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cdr_gap, dispute_answer');
    await runner.query(
      `ALTER TABLE invoice DROP COLUMN by_silence, DROP COLUMN silence_means,
         DROP COLUMN dispute_window_days`,
    );
    await runner.query('ALTER TABLE invoice_answer DROP CONSTRAINT invoice_answer_pkey');
    await runner.query('ALTER TABLE invoice_answer DROP COLUMN answer_id');
    await runner.query('ALTER TABLE invoice_answer ADD PRIMARY KEY (invoice_id)');
  }
}

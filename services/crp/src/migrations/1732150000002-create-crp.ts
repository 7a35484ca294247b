import type { MigrationInterface, QueryRunner } from 'typeorm';

const TARIFF_STORES = ['tariffs_residential', 'tariffs_commercial'];

const tariffStore = (table: string): string => `
  CREATE TABLE ${table} (
    tariff_id text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    state text NOT NULL CHECK (state IN ('draft', 'published')),
    station_class text NOT NULL,
    purpose text NOT NULL,
    author text NOT NULL,
    publisher text CHECK (publisher <> author),
    drafted_at timestamptz NOT NULL,
    published_at timestamptz,
    document_hash text NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (tariff_id, version),
    CHECK ((state = 'published') = (publisher IS NOT NULL AND published_at IS NOT NULL))
  )`;

/** The rule stands in the database as well: whoever writes SQL cannot change a published price. */
const KEEP_PUBLISHED = `
  CREATE FUNCTION keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.state = 'published' THEN
      RAISE EXCEPTION 'a published tariff never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END $$`;

const STATEMENTS = [
  `CREATE TABLE partner_tariffs (document_hash text PRIMARY KEY, document jsonb NOT NULL)`,
  `CREATE TABLE agreements (
    agreement_id text NOT NULL,
    version integer NOT NULL,
    partner text NOT NULL,
    not_before timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    document_hash text NOT NULL UNIQUE,
    document jsonb NOT NULL,
    signatures jsonb NOT NULL,
    PRIMARY KEY (agreement_id, version)
  )`,
  `CREATE INDEX agreements_partner ON agreements (partner, not_before)`,
  `CREATE TABLE policies (
    side text NOT NULL,
    customer_class text NOT NULL,
    station_class text NOT NULL,
    version integer NOT NULL,
    review_date date NOT NULL,
    policy jsonb NOT NULL,
    PRIMARY KEY (side, customer_class, station_class, version)
  )`,
  `CREATE TABLE negotiations (
    negotiation_id text PRIMARY KEY,
    home_utility text NOT NULL,
    visited_utility text NOT NULL,
    customer_class text NOT NULL,
    station_class text NOT NULL,
    agreement_hash text NOT NULL,
    rounds integer NOT NULL,
    moves jsonb NOT NULL,
    started_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('agreed', 'defaultApplied', 'failed')),
    ended_at timestamptz,
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
  )`,
  `CREATE TABLE agreed_tariffs (
    document_hash text PRIMARY KEY,
    home_utility text NOT NULL,
    visited_utility text NOT NULL,
    customer_class text NOT NULL,
    station_class text NOT NULL,
    base_hash text NOT NULL,
    negotiation_id text,
    not_before timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    document jsonb NOT NULL,
    signatures jsonb NOT NULL
  )`,
  `CREATE INDEX agreed_tariffs_key ON agreed_tariffs
    (home_utility, visited_utility, customer_class, station_class, base_hash, not_after)`,
  `CREATE TABLE plans (
    plan_id text NOT NULL,
    version integer NOT NULL,
    plan jsonb NOT NULL,
    PRIMARY KEY (plan_id, version)
  )`,
  `CREATE TABLE fx_rates (
    from_currency text NOT NULL,
    to_currency text NOT NULL,
    source text NOT NULL,
    quoted_at timestamptz NOT NULL,
    fx jsonb NOT NULL,
    PRIMARY KEY (from_currency, to_currency, source, quoted_at)
  )`,
  `CREATE TABLE retail_tariffs (
    document_hash text PRIMARY KEY,
    agreed_tariff_hash text NOT NULL,
    plan_id text NOT NULL,
    plan_version integer NOT NULL,
    tier text NOT NULL,
    not_after timestamptz NOT NULL,
    document jsonb NOT NULL,
    signature text NOT NULL
  )`,
  `CREATE INDEX retail_tariffs_key ON retail_tariffs
    (agreed_tariff_hash, plan_id, plan_version, tier, not_after)`,
];

export class CreateCrp implements MigrationInterface {
  readonly name = 'CreateCrp1732150000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KEEP_PUBLISHED);
    for (const table of TARIFF_STORES) {
      await runner.query(tariffStore(table));
      await runner.query(`CREATE INDEX ${table}_hash ON ${table} (document_hash)`);
      await runner.query(
        `CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON ${table}
         FOR EACH ROW EXECUTE FUNCTION keep_published()`,
      );
    }
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const others = [
      'partner_tariffs',
      'agreements',
      'policies',
      'negotiations',
      'agreed_tariffs',
      'plans',
      'fx_rates',
      'retail_tariffs',
    ];
    for (const table of [...TARIFF_STORES, ...others]) await runner.query(`DROP TABLE ${table}`);
    await runner.query('DROP FUNCTION keep_published()');
  }
}

/** The double-entry journal: append-only, and each entry sums to zero in every currency at commit. */
export const JOURNAL_TABLES: readonly string[] = [
  `CREATE TABLE journal_entry (
    entry_id bigserial PRIMARY KEY,
    natural_key text NOT NULL UNIQUE,
    booked_at timestamptz NOT NULL,
    description text NOT NULL
  )`,
  `CREATE TABLE journal_line (
    entry_id bigint NOT NULL REFERENCES journal_entry (entry_id),
    line_number integer NOT NULL,
    account text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (entry_id, line_number)
  )`,
  'CREATE INDEX journal_line_account ON journal_line (account)',
  `CREATE FUNCTION refuse_unbalanced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (
      SELECT 1 FROM journal_line WHERE entry_id = NEW.entry_id
       GROUP BY currency HAVING sum(amount_minor) <> 0
    ) THEN
      RAISE EXCEPTION 'a journal entry does not sum to zero' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
  END $$`,
  `CREATE CONSTRAINT TRIGGER journal_entry_balances AFTER INSERT ON journal_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced_entry()`,
  `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'check_violation';
  END $$`,
  `CREATE TRIGGER journal_line_append_only BEFORE UPDATE OR DELETE ON journal_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
  `CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
];

import {
  noteAgreementStanding,
  receiveAgreementNotice,
  signedAgreement,
  signedAgreementNotice,
  subjectOf,
  type AgreementDocument,
  type SignedAgreement,
  type SignedAgreementNotice,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { json, type Database, type Transaction } from '@roamgrid/persistence';
import { endOf, signedVersionOf, stateOf } from '../decisions/agreement-states.js';
import { agreementProjection } from '../decisions/projections.js';
import type { AgreementChange, AgreementRecord, AgreementStore } from '../ports.js';
import { enqueueProjection } from './enqueue-projection.js';

interface AgreementRow {
  agreement_id: string;
  partner: string;
  document: unknown;
  document_hash: string;
  signatures: unknown;
  proposed_by: string;
  is_withdrawn: boolean;
}

interface NoticeRow {
  document: unknown;
  document_hash: string;
  signature: string;
}

type Query = <Row>(statement: string, parameters: readonly unknown[]) => Promise<Row[]>;

function agreementOf(row: AgreementRow): SignedAgreement {
  return signedAgreement.parse({
    document: row.document,
    documentHash: row.document_hash,
    signatures: row.signatures,
  });
}

async function readRecord(query: Query, agreementId: string): Promise<AgreementRecord | null> {
  const rows = await query<AgreementRow>(
    'SELECT * FROM agreements WHERE agreement_id = $1 ORDER BY version DESC',
    [agreementId],
  );
  const [first] = rows;
  if (first === undefined) return null;
  const notices = await query<NoticeRow>(
    'SELECT * FROM agreement_notices WHERE agreement_id = $1 ORDER BY position',
    [agreementId],
  );
  return {
    agreementId,
    partner: first.partner,
    versions: rows.map((row) => ({
      agreement: agreementOf(row),
      proposedBy: row.proposed_by,
      isWithdrawn: row.is_withdrawn,
    })),
    notices: notices.map((row) =>
      signedAgreementNotice.parse({
        document: row.document,
        documentHash: row.document_hash,
        signature: row.signature,
      }),
    ),
  };
}

async function saveVersion(
  tx: Transaction,
  partner: string,
  { agreement, proposedBy }: NonNullable<AgreementChange['version']>,
): Promise<void> {
  const { document, documentHash, signatures } = agreement;
  const saved = await tx.query(
    `INSERT INTO agreements (agreement_id, version, partner, not_before, not_after,
       document_hash, document, signatures, proposed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (agreement_id, version) DO UPDATE SET signatures = excluded.signatures
     WHERE agreements.document_hash = excluded.document_hash RETURNING version`,
    [
      document.agreementId,
      document.version,
      partner,
      document.notBefore,
      document.notAfter,
      documentHash,
      json(document),
      json(signatures),
      proposedBy,
    ],
  );
  if (saved.length === 0) {
    throw new RoamgridError('immutable', 'this version of the agreement says something else');
  }
}

async function saveNotice(tx: Transaction, notice: SignedAgreementNotice): Promise<void> {
  const { document, documentHash, signature } = notice;
  await tx.query(
    `INSERT INTO agreement_notices (notice_id, agreement_id, document_hash, document, signature)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [document.noticeId, document.agreementId, documentHash, json(document), signature],
  );
  if (document.action !== 'withdraw') return;
  await tx.query(
    `UPDATE agreements SET is_withdrawn = true
     WHERE agreement_id = $1 AND jsonb_array_length(signatures) < 2`,
    [document.agreementId],
  );
}

export class PostgresAgreements implements AgreementStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async inForce(partner: string, atMs: InstantMs): Promise<SignedAgreement | null> {
    const rows = await this.#database.query<AgreementRow>(
      `SELECT * FROM agreements
       WHERE partner = $1 AND not_before <= $2 AND not_after > $2
         AND jsonb_array_length(signatures) = 2
       ORDER BY not_before DESC, version DESC, agreement_id DESC`,
      [partner, new Date(atMs)],
    );
    for (const row of rows) {
      const record = await this.find(row.agreement_id);
      if (record !== null && stateOf(record, atMs) === 'active') return agreementOf(row);
    }
    return null;
  }

  async byHash(documentHash: string): Promise<SignedAgreement | null> {
    const [row] = await this.#database.query<AgreementRow>(
      `SELECT * FROM agreements WHERE document_hash = $1 AND jsonb_array_length(signatures) = 2`,
      [documentHash],
    );
    return row === undefined ? null : agreementOf(row);
  }

  find(agreementId: string): Promise<AgreementRecord | null> {
    return readRecord((sql, values) => this.#database.query(sql, values), agreementId);
  }

  async hashOf(
    agreement: Pick<AgreementDocument, 'agreementId' | 'version'>,
  ): Promise<string | null> {
    const [row] = await this.#database.query<AgreementRow>(
      'SELECT document_hash FROM agreements WHERE agreement_id = $1 AND version = $2',
      [agreement.agreementId, agreement.version],
    );
    return row?.document_hash ?? null;
  }

  change(
    {
      agreementId,
      partner,
      atMs,
    }: { readonly agreementId: string; readonly partner: string; readonly atMs: InstantMs },
    decide: (record: AgreementRecord) => AgreementChange | null,
  ): Promise<AgreementRecord> {
    return this.#database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `agreement ${agreementId}`,
      ]);
      const read = async (): Promise<AgreementRecord> =>
        (await readRecord((sql, values) => tx.query(sql, values), agreementId)) ?? {
          agreementId,
          partner,
          versions: [],
          notices: [],
        };
      const before = await read();
      const change = decide(before);
      if (change === null) return before;
      if (change.version !== undefined) await saveVersion(tx, partner, change.version);
      if (change.notice !== undefined) await saveNotice(tx, change.notice);
      const after = await read();
      await this.#tell(tx, after, change, atMs);
      return after;
    });
  }

  async #tell(
    tx: Transaction,
    record: AgreementRecord,
    change: AgreementChange,
    atMs: InstantMs,
  ): Promise<void> {
    const { agreementId, partner } = record;
    await enqueueProjection(tx, this.#utility, agreementProjection(record, this.#utility, atMs));
    if (change.notice !== undefined && change.tellPartner === true) {
      await tx.enqueue({
        to: partner,
        subject: subjectOf(receiveAgreementNotice),
        key: `agreement:${agreementId}`,
        payload: { notice: change.notice },
      });
    }
    const signed = signedVersionOf(record);
    if (signed === null) return;
    const rests = stateOf(record, atMs) === 'suspended' ? formatInstant(atMs) : endOf(record);
    await tx.enqueue({
      to: this.#utility,
      subject: subjectOf(noteAgreementStanding),
      key: `agreement:${agreementId}`,
      payload: {
        agreementId,
        restsFrom: rests,
        currentHash: signed.agreement.documentHash,
        currentFrom: signed.agreement.document.notBefore,
      },
    });
  }
}

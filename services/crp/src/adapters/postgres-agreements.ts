import { signedAgreement, type AgreementDocument, type SignedAgreement } from '@roamgrid/contracts';
import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { json, type Database } from '@roamgrid/persistence';
import type { AgreementStore, Projection } from '../ports.js';
import { enqueueProjection } from './enqueue-projection.js';

interface AgreementRow {
  document: unknown;
  document_hash: string;
  signatures: unknown;
}

function agreementOf(row: AgreementRow | undefined): SignedAgreement | null {
  if (row === undefined) return null;
  return signedAgreement.parse({
    document: row.document,
    documentHash: row.document_hash,
    signatures: row.signatures,
  });
}

export class PostgresAgreements implements AgreementStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async inForce(partner: string, atMs: InstantMs): Promise<SignedAgreement | null> {
    const [row] = await this.#database.query<AgreementRow>(
      `SELECT document, document_hash, signatures FROM agreements
       WHERE partner = $1 AND not_before <= $2 AND not_after > $2
       ORDER BY not_before DESC, version DESC, agreement_id DESC LIMIT 1`,
      [partner, new Date(atMs)],
    );
    return agreementOf(row);
  }

  async byHash(documentHash: string): Promise<SignedAgreement | null> {
    const [row] = await this.#database.query<AgreementRow>(
      'SELECT document, document_hash, signatures FROM agreements WHERE document_hash = $1',
      [documentHash],
    );
    return agreementOf(row);
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

  async save(agreement: SignedAgreement, partner: string, projection: Projection): Promise<void> {
    const { document, documentHash, signatures } = agreement;
    await this.#database.transaction(async (tx) => {
      const added = await tx.query(
        `INSERT INTO agreements (agreement_id, version, partner, not_before, not_after,
           document_hash, document, signatures)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING version`,
        [
          document.agreementId,
          document.version,
          partner,
          document.notBefore,
          document.notAfter,
          documentHash,
          json(document),
          json(signatures),
        ],
      );
      if (added.length > 0) {
        await enqueueProjection(tx, this.#utility, projection);
        return;
      }
      const [kept] = await tx.query<AgreementRow>(
        'SELECT document_hash FROM agreements WHERE agreement_id = $1 AND version = $2',
        [document.agreementId, document.version],
      );
      if (kept?.document_hash !== documentHash) {
        throw new RoamgridError('immutable', 'this version of the agreement says something else');
      }
    });
  }
}

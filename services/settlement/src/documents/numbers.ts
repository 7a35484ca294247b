const DIGITS = 6;

export type NumberedDocument = 'invoice' | 'creditNote' | 'bill' | 'billCredit';

const MARK: Readonly<Record<NumberedDocument, string>> = {
  invoice: '',
  creditNote: 'CN-',
  bill: 'B-',
  billCredit: 'BC-',
};

/** A series starts anew each year of issue (UTC). */
export function seriesOf(kind: NumberedDocument, issuedAt: string): string {
  return `${kind}:${issuedAt.slice(0, 4)}`;
}

/** `DUKE-2026-000001`, `DUKE-CN-2026-000001`, `DUKE-B-2026-000001`, `DUKE-BC-2026-000001`. */
export function numberOf(
  kind: NumberedDocument,
  utility: string,
  issuedAt: string,
  count: number,
): string {
  const prefix = (utility.split('-')[0] ?? utility).toUpperCase();
  return `${prefix}-${MARK[kind]}${issuedAt.slice(0, 4)}-${String(count).padStart(DIGITS, '0')}`;
}

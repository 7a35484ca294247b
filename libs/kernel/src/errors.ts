/** What the caller may do about a failure. */
export type NextStep =
  /** the same request may be sent again */
  | 'retrySame'
  /** a new request must be made (new quote, new swipe) */
  | 'retryNew'
  /** nothing the caller sends again will help */
  | 'giveUp'
  /** it may have happened: look up by business key before anything else */
  | 'unknownOutcome';

interface ErrorKind {
  readonly status: number;
  readonly next: NextStep;
  readonly title: string;
}

const kind = (status: number, next: NextStep, title: string): ErrorKind => ({
  status,
  next,
  title,
});

/** Every error that leaves a Roamgrid program. `docs/errors.md` is generated from this table. */
export const ERROR_KINDS = {
  malformed_request: kind(400, 'giveUp', 'The request does not have the documented shape'),
  malformed_decimal: kind(400, 'giveUp', 'Not a plain decimal number'),
  malformed_instant: kind(400, 'giveUp', 'Not an RFC 3339 date-time'),
  malformed_identifier: kind(400, 'giveUp', 'Not an identifier of the expected form'),
  malformed_document: kind(400, 'giveUp', 'A document may not hold this'),
  unauthorized: kind(401, 'giveUp', 'No valid credentials'),
  forbidden: kind(403, 'giveUp', 'The credentials do not allow this'),
  not_found: kind(404, 'giveUp', 'No such object'),
  method_not_allowed: kind(405, 'giveUp', 'The resource does not have this method'),
  idempotency_conflict: kind(409, 'giveUp', 'This idempotency key stands for another request'),
  state_conflict: kind(409, 'giveUp', 'The object is not in a state that allows this'),
  session_refused: kind(409, 'retryNew', 'The session was refused'),
  quote_mismatch: kind(409, 'retryNew', 'The consent names another quote'),
  quote_expired: kind(409, 'retryNew', 'The quote or the consent no longer holds'),
  consent_missing: kind(409, 'giveUp', 'The driver has not consented'),
  connector_occupied: kind(409, 'retrySame', 'The connector is in use'),
  nothing_to_invoice: kind(409, 'giveUp', 'No charge detail record waits to be invoiced'),
  nothing_to_bill: kind(409, 'giveUp', 'No charge waits to be billed'),
  nothing_to_settle: kind(409, 'giveUp', 'No accepted document waits to be settled'),
  settlement_differs: kind(409, 'retryNew', "The partner's books say something else"),
  statement_conflict: kind(409, 'giveUp', 'A statement with this id says something else'),
  four_eyes: kind(403, 'giveUp', 'Another person must do this'),
  precondition_failed: kind(412, 'giveUp', 'The object has changed since it was read'),
  precondition_required: kind(428, 'giveUp', 'The request must say which state it changes'),
  immutable: kind(409, 'giveUp', 'A published document never changes'),
  payload_too_large: kind(413, 'giveUp', 'The request is too large'),
  headers_too_large: kind(431, 'giveUp', 'The headers of the request are too large'),
  unsupported_media_type: kind(415, 'giveUp', 'The content type is not supported'),
  unprocessable: kind(422, 'giveUp', 'The request has the shape but not the meaning'),
  statement_unbalanced: kind(422, 'giveUp', 'The statement does not add up'),
  unknown_currency: kind(422, 'giveUp', 'The currency is not known'),
  currency_mismatch: kind(422, 'giveUp', 'Amounts of two currencies do not add'),
  invalid_cin: kind(422, 'giveUp', 'Not a consumer identity number'),
  invalid_contract_id: kind(422, 'giveUp', 'Not a contract id'),
  invalid_tariff: kind(422, 'giveUp', 'The tariff cannot be used'),
  invalid_metering: kind(422, 'giveUp', 'The metered values contradict themselves'),
  invalid_proof: kind(422, 'giveUp', 'The proof does not lead to the root'),
  signature_invalid: kind(422, 'giveUp', 'The signature does not fit the document'),
  rating_differs: kind(422, 'giveUp', 'Re-rating gives other figures'),
  price_unknown: kind(422, 'giveUp', 'No price is known for this'),
  negotiation_failed: kind(422, 'retryNew', 'The utilities did not agree on a price'),
  too_many_requests: kind(429, 'retrySame', 'Too many requests'),
  internal: kind(500, 'unknownOutcome', 'The gateway failed'),
  not_built: kind(501, 'giveUp', 'This is not built yet'),
  database_unavailable: kind(503, 'retrySame', 'The database cannot be used'),
  peer_unreachable: kind(503, 'retrySame', 'A service did not answer in time'),
  ledger_conflict: kind(409, 'giveUp', 'The ledger holds another document under this key'),
  ledger_unavailable: kind(503, 'retrySame', 'The ledger does not answer'),
  ledger_outcome_unknown: kind(
    503,
    'unknownOutcome',
    'The ledger did not say whether it recorded this',
  ),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** One thing that is wrong with a request body. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The base of every error thrown on purpose. `detail` never holds a secret, a CIN or a card UID. */
export class RoamgridError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];

  constructor(code: ErrorCode, detail: string, fields: readonly FieldError[] = []) {
    super(detail);
    this.name = 'RoamgridError';
    this.code = code;
    this.fields = fields;
  }

  /** HTTP status. */
  get status(): number {
    return ERROR_KINDS[this.code].status;
  }

  /** What the caller may do next. */
  get next(): NextStep {
    return ERROR_KINDS[this.code].next;
  }
}

/** Whether a text from outside is one of the closed set of codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_KINDS, text);
}

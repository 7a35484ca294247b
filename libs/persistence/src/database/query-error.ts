import { QueryFailedError } from 'typeorm';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';

/**
 * A statement that PostgreSQL or the connection refused. It carries neither the parameters nor the
 * server's DETAIL line, since both repeat what was being written (CINs, card UIDs) into logs.
 */
export class QueryError extends Error {
  /** five characters of SQLSTATE, or the socket's error code (`ECONNREFUSED`), or '' */
  readonly sqlState: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;

  constructor(fault: DriverFault) {
    super(fault.message);
    this.name = 'QueryError';
    this.sqlState = fault.code ?? '';
    this.constraint = fault.constraint;
    this.table = fault.table;
  }
}

interface DriverFault {
  readonly message: string;
  readonly code?: string | undefined;
  readonly constraint?: string | undefined;
  readonly table?: string | undefined;
}

/** Strips a driver or ORM failure to a {@link QueryError}; other errors are returned as they are. */
export function toQueryError(error: unknown): unknown {
  if (error instanceof QueryError || !(error instanceof Error)) return error;
  const fault: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return isDriverFault(fault) ? new QueryError(fault) : error;
}

function isDriverFault(value: unknown): value is Error & DriverFault {
  return value instanceof Error;
}

/** The transaction lost against another one and may simply be run again. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof QueryError &&
    (error.sqlState === SERIALIZATION_FAILURE || error.sqlState === DEADLOCK_DETECTED)
  );
}

/** Something with this key exists already; with `constraint`, only where that one was hurt. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    error instanceof QueryError &&
    error.sqlState === UNIQUE_VIOLATION &&
    (constraint === undefined || error.constraint === constraint)
  );
}

/** The server itself answered: whatever happened, the connection was there to say so. */
export function isServerAnswer(error: unknown): boolean {
  return error instanceof QueryError && /^[0-9A-Z]{5}$/.test(error.sqlState);
}

import { types } from 'node:util';
import { RoamgridError } from '@roamgrid/kernel';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';
const IN_FAILED_TRANSACTION = '25P02';
const TOO_MANY_CONNECTIONS = '53300';

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
    // a refused connection to several addresses has an empty message
    super(fault.message || (fault.code ?? 'the database does not answer'));
    this.name = 'QueryError';
    this.sqlState = fault.code ?? '';
    this.constraint = fault.constraint;
    this.table = fault.table;
  }
}

/** No connection was to be had, so that nothing has been done. */
export class DatabaseUnavailable extends RoamgridError {
  constructor(cause: unknown) {
    super('database_unavailable', 'the database does not answer');
    this.name = 'DatabaseUnavailable';
    this.cause = cause;
  }
}

interface DriverFault {
  readonly message: string;
  readonly code?: string | undefined;
  readonly constraint?: string | undefined;
  readonly table?: string | undefined;
}

/** By name, since what the runtime throws may come of another realm than this module. */
const PROGRAMMING_ERRORS: ReadonlySet<string> = new Set([
  'AssertionError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
]);

/** A mistake in a program, which tells nothing of the database. What the runtime refuses has a code. */
function isProgrammingError(error: Error): boolean {
  return PROGRAMMING_ERRORS.has(error.name) && !('code' in error);
}

/**
 * What a call to the driver threw, stripped to a {@link QueryError}. Our own errors and programming errors
 * stay as they are.
 */
export function toQueryError(error: unknown): unknown {
  if (error instanceof QueryError || error instanceof RoamgridError) return error;
  if (!types.isNativeError(error)) return error;
  return isProgrammingError(error) ? error : new QueryError(error);
}

/** The transaction lost against another one and may simply be run again. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof QueryError &&
    (error.sqlState === SERIALIZATION_FAILURE || error.sqlState === DEADLOCK_DETECTED)
  );
}

/** A statement was refused because one before it, which nobody waited for, had failed. */
export function isFollowingFailure(error: unknown): boolean {
  return error instanceof QueryError && error.sqlState === IN_FAILED_TRANSACTION;
}

/** The server has as many connections as it admits: one of them has to end first. */
export function isServerFull(error: unknown): boolean {
  return error instanceof QueryError && error.sqlState === TOO_MANY_CONNECTIONS;
}

/** Something with this key exists already; with `constraint`, only where that one was hurt. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    error instanceof QueryError &&
    error.sqlState === UNIQUE_VIOLATION &&
    (constraint === undefined || error.constraint === constraint)
  );
}

/**
 * The server refused the statement for certain. Shut-downs and connection failures also have a
 * SQLSTATE but leave open what became of a commit.
 */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof QueryError &&
    /^[0-9A-Z]{5}$/.test(error.sqlState) &&
    !/^(08|57P|40003)/.test(error.sqlState)
  );
}

/** A statement failed because its connection did. */
export function hasLostConnection(error: unknown): boolean {
  return error instanceof QueryError && !isRefusal(error);
}

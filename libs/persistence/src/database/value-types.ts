import pg from 'pg';

type Parser = (text: string) => unknown;

const OID = {
  int8: 20,
  numeric: 1700,
  date: 1082,
  timestamp: 1114,
  int8Array: 1016,
  numericArray: 1231,
  textArray: 1009,
  dateArray: 1182,
  timestampArray: 1115,
} as const;

const asText: Parser = (text) => text;

/** The driver's types list only scalar ids, its table has the arrays too. */
const parserOf = pg.types.getTypeParser as (oid: number, format?: 'text' | 'binary') => Parser;
const parseTextArray = parserOf(OID.textArray) as (text: string) => (string | null)[];

/**
 * How column values arrive: `int8` as bigint, `numeric` as its decimal text (the driver's own array
 * parser would make floats of it), `date` and `timestamp` as text because they name no instant.
 */
const PARSERS = new Map<number, Parser>([
  [OID.int8, (text) => BigInt(text)],
  [OID.numeric, asText],
  [OID.date, asText],
  [OID.timestamp, asText],
  [
    OID.int8Array,
    (text) => parseTextArray(text).map((item) => (item === null ? null : BigInt(item))),
  ],
  [OID.numericArray, parseTextArray],
  [OID.dateArray, parseTextArray],
  [OID.timestampArray, parseTextArray],
]);

/** Per-connection parsers; the driver's process-wide table stays as it is. */
export const exactTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    PARSERS.get(oid) ?? parserOf(oid, format),
};

import { findConsumer, readPlan, type ConsumerView } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { z } from 'zod';
import type { Portal } from '../ports.js';
import { postConsumer } from '../routes/operation-routes.js';
import type { Row, RowImporter, RowOutcome } from './import-rows.js';
import { addConsumer } from './manage-consumers.js';
import { readRow } from './read-row.js';

type NewConsumer = z.output<typeof postConsumer.body>;

const PREFIX_LENGTH = 10;
const LISTS = new Set(['cardUids']);
const FLAGS = new Set(['preAgreedPrice', 'roaming', 'reservations']);
/** members of the acceptance, each a column of its own */
const ACCEPTANCE = { termsReference: 'reference', termsChannel: 'channel', termsAcceptedAt: 'at' };
const COUNTS = new Set(['maxConcurrentSessions']);
const SEPARATORS = /[;\s]+/;

/** A cell as the API's JSON would have it; what it cannot be is left for the schema to refuse. */
function valueOf(column: string, cell: string): unknown {
  if (LISTS.has(column)) return cell.split(SEPARATORS).filter((part) => part !== '');
  if (FLAGS.has(column)) return cell === 'true' ? true : cell === 'false' ? false : cell;
  if (COUNTS.has(column)) return /^\d{1,9}$/.test(cell) ? Number(cell) : cell;
  return cell;
}

/** @returns nothing where none of its columns is filled */
function acceptanceOf(row: Row): { acceptance?: Record<string, string> } {
  const filled = Object.entries(ACCEPTANCE).flatMap(([column, member]) => {
    const cell = row[column];
    return cell === undefined ? [] : [[member, cell] as const];
  });
  return filled.length === 0 ? {} : { acceptance: Object.fromEntries(filled) };
}

function parseRow(portal: Portal, row: Row): NewConsumer {
  const currency = row['currency'] ?? portal.registry.entry(portal.utility).currency;
  const members = Object.entries(row).filter(([column]) => !Object.hasOwn(ACCEPTANCE, column));
  const entries = members.map(([column, cell]) =>
    column === 'balance'
      ? ([column, { currency, amount: cell }] as const)
      : ([column, valueOf(column, cell)] as const),
  );
  const consumer = { ...Object.fromEntries(entries), ...acceptanceOf(row) };
  return readRow(postConsumer.body, consumer, 'a consumer');
}

function differences(known: ConsumerView, wanted: NewConsumer): string[] {
  const {
    cin: _cin,
    pin: _pin,
    contractId,
    cardUids,
    state,
    balance: _balance,
    acceptance: _acceptance,
    ...settings
  } = wanted;
  const held: Readonly<Record<string, unknown>> = {
    roaming: true,
    reservations: true,
    ...known.settings,
  };
  const asked: Readonly<Record<string, unknown>> = { ...settings };
  const changed = Object.entries(asked)
    .filter(([name, value]) => value !== undefined && held[name] !== value)
    .map(([name]) => name);
  return [
    ...changed,
    ...(contractId === null || contractId === known.contractId ? [] : ['contractId']),
    ...(cardUids.length === 0 || cardUids.length === known.cardUids ? [] : ['cardUids']),
    ...(state === known.state ? [] : ['state']),
  ];
}

/** What adding would refuse. @throws RoamgridError `unprocessable` */
async function checkPlan({ bus, utility }: Portal, { planId }: NewConsumer): Promise<void> {
  const { plan } = await bus.request(readPlan, utility, { planId });
  if (plan !== null) return;
  throw new RoamgridError('unprocessable', 'the consumer names no plan', [
    { path: 'planId', message: 'names no plan' },
  ]);
}

async function importConsumer(portal: Portal, row: Row, dryRun: boolean): Promise<RowOutcome> {
  const consumer = parseRow(portal, row);
  const { consumer: known } = await portal.bus.request(findConsumer, portal.utility, {
    cin: consumer.cin,
  });
  if (known !== null) {
    const changed = differences(known, consumer);
    if (changed.length === 0) return 'unchanged';
    throw new RoamgridError(
      'state_conflict',
      'the consumer is there with other settings',
      changed.map((path) => ({ path, message: 'differs; change it by PATCH' })),
    );
  }
  const digits = consumer.cin.replace(/[ -]/g, '');
  const own = portal.registry.entry(portal.utility).cinPrefixes;
  if (!own.includes(digits.slice(0, PREFIX_LENGTH))) {
    throw new RoamgridError('unprocessable', 'the CIN is not of this utility', [
      { path: 'cin', message: 'has a prefix of another utility' },
    ]);
  }
  if (dryRun) await checkPlan(portal, consumer);
  else await addConsumer(portal, consumer);
  return 'created';
}

/** Consumers from CSV: the columns are the members of `POST /consumers`. */
export function consumerImporter(portal: Portal): RowImporter {
  return {
    kind: 'consumers',
    columns: [
      ...Object.keys(postConsumer.body.shape).filter((name) => name !== 'acceptance'),
      ...Object.keys(ACCEPTANCE),
    ],
    required: ['cin', 'customerClass', 'planId'],
    // spelled with spaces or hyphens it is the same consumer
    keyOf: ({ cin = '' }) => cin.replaceAll(/[ -]/g, ''),
    importRow: (row, dryRun) => importConsumer(portal, row, dryRun),
  };
}

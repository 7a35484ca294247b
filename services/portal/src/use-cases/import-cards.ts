import {
  addCard,
  changeCard,
  findCard,
  findConsumer,
  identifier,
  type CardView,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { z } from 'zod';
import type { Portal } from '../ports.js';
import type { RowImporter, RowOutcome } from './import-rows.js';
import { readRow } from './read-row.js';

/** Whose card it is stands in `cin` or in `consumerId`, not in both. */
const cardRow = z
  .strictObject({
    cin: z.string().optional(),
    consumerId: identifier.optional(),
    number: addCard.request.shape.number,
    kind: addCard.request.shape.kind.default('card'),
    state: changeCard.request.shape.state.default('active'),
  })
  .refine((row) => (row.cin === undefined) !== (row.consumerId === undefined), {
    message: 'either cin or consumerId',
    path: ['cin'],
  });
type CardRow = z.output<typeof cardRow>;

async function consumerOf(portal: Portal, { cin, consumerId }: CardRow): Promise<string> {
  if (cin === undefined) return consumerId ?? '';
  const { consumer } = await portal.bus.request(findConsumer, portal.utility, { cin });
  if (consumer !== null) return consumer.consumerId;
  throw new RoamgridError('unprocessable', 'no such consumer', [
    { path: 'cin', message: 'nobody of this utility has it' },
  ]);
}

/** @throws RoamgridError `state_conflict`, naming the column, for a card that is there in another way */
function compare(known: { consumerId: string; card: CardView }, owner: string, row: CardRow): void {
  const differs = (path: string, message: string): never => {
    throw new RoamgridError('state_conflict', 'the card is there already', [{ path, message }]);
  };
  if (known.consumerId !== owner) differs('number', "is another consumer's");
  if (known.card.kind !== row.kind) differs('kind', 'differs from what is kept');
  if (known.card.state !== row.state) differs('state', 'differs; change it by PATCH');
}

async function importCard(
  portal: Portal,
  cells: Readonly<Record<string, string>>,
  dryRun: boolean,
): Promise<RowOutcome> {
  const row = readRow(cardRow, cells, 'a card');
  const consumerId = await consumerOf(portal, row);
  const { number, kind, state } = row;
  const { found } = await portal.bus.request(findCard, portal.utility, { consumerId, number });
  if (found !== null) {
    compare(found, consumerId, row);
    return 'unchanged';
  }
  if (dryRun) return 'created';
  const card = await portal.bus.request(addCard, portal.utility, { consumerId, kind, number });
  if (state !== card.state) {
    const { cardId } = card;
    await portal.bus.request(changeCard, portal.utility, { consumerId, cardId, state });
  }
  return 'created';
}

/** Cards and loyalty numbers from CSV. */
export function cardImporter(portal: Portal): RowImporter {
  return {
    kind: 'cards',
    columns: ['cin', 'consumerId', 'number', 'kind', 'state'],
    required: ['number'],
    keyOf: ({ number = '' }) => number.toUpperCase(),
    importRow: (row, dryRun) => importCard(portal, row, dryRun),
  };
}

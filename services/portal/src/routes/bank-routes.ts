import {
  BANK_ITEM_STATES,
  bankItem,
  bankStatementView,
  cardPayout,
  cardPayoutView,
  resolveBankItem,
  uuid,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import { pageOf } from './answers.js';

const itemAnswer = z.strictObject(bankItem.shape).meta({ id: 'BankItem' });
const itemParams = z.strictObject({ itemId: uuid });
const propose = resolveBankItem.request.options[0].shape;

export const postBankStatement = defineRoute({
  method: 'POST',
  path: '/bank-statements',
  name: 'readBankStatement',
  tag: 'Bank',
  summary:
    'Takes in a statement of our bank (ISO 20022 camt.053, or CSV) and matches it to payments; the same one again changes nothing.',
  scopes: ['billing:write'],
  body: z.strictObject({ text: z.string(), format: z.enum(['xml', 'csv']) }),
  takesTexts: ['application/xml', 'text/csv'],
  status: 201,
  reply: z.strictObject(bankStatementView.shape).meta({ id: 'BankStatement' }),
});

export const postCardPayout = defineRoute({
  method: 'POST',
  path: '/card-payouts',
  name: 'readCardPayout',
  tag: 'Bank',
  summary: "Takes in a payment provider's settlement report: what it took for us, less its fees.",
  scopes: ['billing:write'],
  body: cardPayout,
  status: 201,
  reply: z.strictObject(cardPayoutView.shape).meta({ id: 'CardPayout' }),
});

export const listBankItems = defineRoute({
  method: 'GET',
  path: '/bank-items',
  name: 'listBankItems',
  tag: 'Bank',
  summary: 'Movements on our accounts and lines of payouts, and what they were matched with.',
  scopes: ['billing:read'],
  query: z.strictObject({ ...pageQuery, state: z.enum(BANK_ITEM_STATES).optional() }),
  reply: pageOf(itemAnswer),
});

export const postBankResolution = defineRoute({
  method: 'POST',
  path: '/bank-items/:itemId/resolve',
  name: 'proposeBankResolution',
  tag: 'Bank',
  summary: 'Says what a movement in suspense is; another person approves.',
  scopes: ['billing:write'],
  params: itemParams,
  body: z.strictObject({
    kind: propose.kind,
    paymentId: propose.paymentId.unwrap().optional(),
    note: propose.note,
  }),
  status: 201,
  reply: itemAnswer,
});

export const postBankApproval = defineRoute({
  method: 'POST',
  path: '/bank-items/:itemId/resolve/approve',
  name: 'approveBankResolution',
  tag: 'Bank',
  summary: 'Approves what another person has said; the journal follows.',
  scopes: ['billing:write'],
  params: itemParams,
  reply: itemAnswer,
});

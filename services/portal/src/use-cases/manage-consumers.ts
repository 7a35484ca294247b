import {
  createConsumer,
  findConsumer,
  readCredit,
  updateConsumer,
  type ConsumerView,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { z } from 'zod';
import type { Portal } from '../ports.js';
import { presentConsumer } from '../read-model/present.js';
import type { JsonObject } from '../read-model/view.js';
import type { patchConsumer, postConsumer } from '../routes/operation-routes.js';
import type { ViewPage } from './read-views.js';

/** A prepaid consumer is shown with the balance that settlement keeps. */
export async function withBalance(portal: Portal, consumer: JsonObject): Promise<JsonObject> {
  if (consumer['paymentMode'] !== 'prepaid') return consumer;
  const { account } = await portal.bus.request(readCredit, portal.utility, {
    consumerId: String(consumer['consumerId']),
  });
  if (account === null) return consumer;
  return { ...consumer, balance: { currency: account.currency, amount: account.balance } };
}

function shown(portal: Portal, view: ConsumerView): Promise<JsonObject> {
  return withBalance(portal, presentConsumer(view));
}

function checkBalance(
  balance: { readonly currency: string } | undefined,
  paymentMode: string,
  currency: string,
): void {
  if (balance === undefined) return;
  if (paymentMode !== 'prepaid') {
    throw new RoamgridError('unprocessable', 'only a prepaid consumer has a balance', [
      { path: 'balance', message: 'the payment mode is not prepaid' },
    ]);
  }
  if (balance.currency !== currency) {
    throw new RoamgridError('currency_mismatch', 'the balance is in another currency', [
      { path: 'balance.currency', message: `not ${currency}` },
    ]);
  }
}

export async function addConsumer(
  portal: Portal,
  input: z.output<typeof postConsumer.body>,
): Promise<JsonObject> {
  const { cin, pin, contractId, cardUids, state, balance, acceptance, ...settings } = input;
  const currency = settings.currency ?? portal.registry.entry(portal.utility).currency;
  checkBalance(balance, settings.paymentMode, currency);
  const view = await portal.bus.request(createConsumer, portal.utility, {
    cin,
    pin,
    contractId,
    cardUids,
    state,
    settings: { ...settings, currency },
    balance: balance?.amount ?? null,
    acceptance: acceptance ?? null,
  });
  return shown(portal, view);
}

export async function changeConsumer(
  portal: Portal,
  consumerId: string,
  input: z.output<typeof patchConsumer.body>,
): Promise<JsonObject> {
  const { state, acceptance, ...settings } = input;
  const view = await portal.bus.request(updateConsumer, portal.utility, {
    consumerId,
    settings,
    state: state ?? null,
    acceptance: acceptance ?? null,
  });
  return shown(portal, view);
}

/** At most one: a CIN is one consumer's. */
export async function findByCin(portal: Portal, cin: string): Promise<ViewPage> {
  const { consumer } = await portal.bus.request(findConsumer, portal.utility, { cin });
  return { items: consumer === null ? [] : [await shown(portal, consumer)], nextCursor: null };
}
